"""httpx and json, written by hand for this one purpose."""

import json

import httpx

import work


class Client:
    def __init__(self, base_url, concurrency):
        self.url = f"{base_url}/chat/completions"
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        self.client = httpx.AsyncClient(limits=limits, timeout=60, headers={"authorization": f"Bearer {work.KEY}"})

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.client.aclose()

    async def ask(self):
        answer = await self.client.post(self.url, json={"model": work.MODEL, "messages": work.MESSAGES})
        answer.raise_for_status()
        return answer.json()["choices"][0]["message"]["content"]

    async def stream(self):
        body = {"model": work.MODEL, "messages": work.MESSAGES, "stream": True}
        async with self.client.stream("POST", self.url, json=body) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                if line.startswith("data: ") and line != "data: [DONE]":
                    yield json.loads(line[6:])["choices"][0]["delta"].get("content") or ""


if __name__ == "__main__":
    work.main(Client)
