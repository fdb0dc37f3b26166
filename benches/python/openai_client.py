"""The client that OpenAI publishes on PyPI."""

import httpx
import openai

import work


class Client:
    def __init__(self, base_url, concurrency):
        limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        self.client = openai.AsyncOpenAI(
            api_key=work.KEY, base_url=base_url, max_retries=0, http_client=httpx.AsyncClient(limits=limits, timeout=60)
        )

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self.client.close()

    async def ask(self):
        answer = await self.client.chat.completions.create(model=work.MODEL, messages=work.MESSAGES)
        return answer.choices[0].message.content

    async def stream(self):
        stream = await self.client.chat.completions.create(model=work.MODEL, messages=work.MESSAGES, stream=True)
        async for chunk in stream:
            yield chunk.choices[0].delta.content or ""


if __name__ == "__main__":
    work.main(Client)
