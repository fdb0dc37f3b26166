//! `chat`: one question, a conversation, Ctrl-C in both, keys from where they may come from.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Stdio};

use super::{Scratch, at, command, ended, kill, run, run_with_input, serve};

#[test]
fn one_question_is_answered_from_words_and_from_the_input() {
    let served = serve();
    let url = served.server.base_url();
    let chat = |more: &[&'static str]| [&["chat"], at(&url).as_slice(), more].concat();
    assert_eq!(
        run(&chat(&["Why", "so?"])),
        (Some(0), served.answer("Why so?") + "\n", String::new())
    );
    assert_eq!(
        run_with_input(&chat(&[]), "Why so?\n").1,
        served.answer("Why so?") + "\n"
    );
    assert_eq!(
        run_with_input(&chat(&["Review:", "-"]), "a\nb\n").1,
        served.answer("Review:\n\na\nb") + "\n"
    );
    let (code, out, error) = run_with_input(&chat(&[]), " \n".trim());
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(error.contains("the prompt is empty"), "{error}");
}

#[test]
fn an_answer_is_shown_as_it_is_written() {
    let served = serve();
    // It never ends: what is read here was written before the end.
    let url = served.server.scenario_url("endless");
    let arguments = [&["chat"], at(&url).as_slice(), &["Go"]].concat();
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 20];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    kill("INT", &child);
    let (code, rest, error) = ended(child.wait_with_output().unwrap());
    assert_eq!((code, error.as_str()), (Some(130), ""));
    assert!(rest.ends_with('\n'), "{rest:?}");
    served.wait_until(|stats| stats.aborted == 1 && stats.open == 0);
}

#[test]
fn json_is_the_answer_or_its_chunks() {
    let served = serve();
    let url = served.server.base_url();
    let chat = |form: &'static str| run(&[&["chat"], at(&url).as_slice(), &["--output", form, "Why so?"]].concat()).1;
    let whole: serde_json::Value = serde_json::from_str(&chat("json")).unwrap();
    assert_eq!(whole["choices"][0]["message"]["content"], served.answer("Why so?"));
    assert!(whole["usage"]["total_tokens"].is_number());
    let lines = chat("jsonl");
    let chunks = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    let texts = chunks
        .filter_map(|chunk: serde_json::Value| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned));
    assert_eq!(texts.collect::<String>(), served.answer("Why so?"));
}

#[test]
fn what_fails_is_told_on_the_error_output() {
    let served = serve();
    for (scenario, said) in [
        ("status-401", "[authentication, status 401"),
        ("cut", "[network"),
        ("truncated", "[stream"),
    ] {
        let url = served.server.scenario_url(scenario);
        let (code, out, error) = run(&[&["chat"], at(&url).as_slice(), &["Hello"]].concat());
        assert_eq!(code, Some(1), "{scenario}");
        assert!(error.starts_with("error: ") && error.contains(said), "{error}");
        assert_eq!(
            out.trim().is_empty(),
            scenario == "status-401",
            "what came is shown: {out}"
        );
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{closed}/v1");
    let (code, _, error) = run(&[&["chat"], at(&url).as_slice(), &["Hello"]].concat());
    assert!(code == Some(1) && error.contains("ECONNREFUSED"), "{error}");
}

#[test]
fn a_proxy_that_tells_what_it_was_sent_is_quoted_without_its_password() {
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut socket, _) = proxy.accept().unwrap();
        let mut head = String::new();
        while !head.contains("\r\n\r\n") {
            let mut bytes = [0; 4096];
            let length = socket.read(&mut bytes).unwrap();
            head.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
        let head = head.replace("\r\n", " ").replace('"', "'");
        let told = format!(r#"{{"error":"the password is proxy-password, of {head}"}}"#);
        let answer = format!("HTTP/1.1 400 X\r\ncontent-length: {}\r\n\r\n{told}", told.len());
        socket.write_all(answer.as_bytes()).unwrap();
    });
    let arguments = [&["chat"], at("http://llm.test/v1").as_slice(), &["Hello"]].concat();
    let output = command(&arguments)
        .env("HTTP_PROXY", format!("http://user:proxy-password@{address}"))
        .output()
        .unwrap();
    answering.join().unwrap();
    let (code, _, error) = ended(output);
    assert!(code == Some(1) && error.contains("the password is …, of"), "{error}");
    assert!(error.contains("proxy-authorization: Basic …"), "{error}");
    // user:proxy-password in base64.
    assert!(!error.contains("dXNlcjpwcm94eS1wYXNzd29yZA=="), "{error}");
}

#[test]
fn nobody_reads_on_and_nobody_is_told() {
    let served = serve();
    let url = served.server.scenario_url("endless");
    let arguments = [&["chat"], at(&url).as_slice(), &["Go"]].concat();
    let mut child = command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    out.read_exact(&mut [0; 20]).unwrap();
    drop(out);
    let (code, _, error) = ended(child.wait_with_output().unwrap());
    assert_eq!((code, error.as_str()), (Some(0), ""));
}

#[test]
fn keys_come_from_the_environment_or_a_file() {
    let served = serve();
    let url = served.server.scenario_url("auth");
    let scratch = Scratch::new("keys");
    let file = scratch.file(
        "router.yaml",
        &format!("provider_type: openai\napi_key: from-file\nbase_url: {url}\ndefault_model: m\n"),
    );
    let outcome = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = command(arguments).envs(variables.iter().copied()).output();
        ended(output.unwrap())
    };
    let by_file = ["chat", "--config", &file, "Hello"];
    assert_eq!(outcome(&by_file, &[]).0, Some(0));
    assert_eq!(
        outcome(&["chat", "Hello"], &[("LLM_API_ROUTER_CONFIG", &file)]).0,
        Some(0)
    );
    // The one key that is set chooses the provider.
    let plain = ["chat", "--model", "m", "Hello"];
    let key = ("OPENAI_API_KEY", "from-environment");
    assert_eq!(outcome(&plain, &[key, ("OPENAI_BASE_URL", &url)]).0, Some(0));
    let own = [
        "chat",
        "--provider",
        "openai",
        "--base-url",
        &url,
        "--key-env",
        "MINE",
        "--model",
        "m",
        "Hello",
    ];
    assert_eq!(outcome(&own, &[("MINE", "mine")]).0, Some(0));
    for (arguments, variables, named) in [
        (plain.as_slice(), [].as_slice(), "OPENAI_API_KEY"),
        (&["chat", "--provider", "xai", "Hello"], &[key], "XAI_API_KEY"),
        (&plain, &[key, ("XAI_API_KEY", "x")], "choose one with --provider"),
        (
            &["chat", "--config", &file, "--provider", "xai", "Hello"],
            &[],
            "openai",
        ),
        (&own, &[], "MINE"),
        (&["chat", "--config", "no-such.toml", "Hello"], &[], "no-such.toml"),
    ] {
        let (code, out, error) = outcome(arguments, variables);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
        assert!(error.contains(named) && !error.contains("from-"), "{error}");
    }
}

#[test]
fn a_conversation_remembers_and_ctrl_c_ends_first_an_answer_and_then_the_program() {
    let served = serve();
    let url = served.server.scenario_url("slow");
    let arguments = [
        &["chat"],
        at(&url).as_slice(),
        &["--interactive", "--system", "Be brief."],
    ]
    .concat();
    let mut child = command(&arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    ask(&mut input, "First");
    let mut first = [0; 20];
    out.read_exact(&mut first).unwrap();
    kill("INT", &child);
    read_line(&mut out);
    served.wait_until(|stats| stats.aborted == 1);
    // The next prompt is answered as if nothing had happened; the text says what was said last.
    ask(&mut input, "Second");
    assert!(read_line(&mut out).contains("“Second”"));
    assert_eq!(child.try_wait().unwrap(), None, "it waits for the next prompt");
    kill("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!(error, "");
}

#[test]
fn a_conversation_goes_on_after_a_failure_and_ends_with_its_input() {
    let served = serve();
    let url = served.server.base_url();
    let arguments = [&["chat"], at(&url).as_slice(), &["--interactive", "--output", "json"]].concat();
    let (code, out, error) = run_with_input(&arguments, "One\n\nTwo\n/clear\nOne\n/exit\nThree\n");
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let answers: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 3, "{out}");
    let said = |number: usize| answers[number]["choices"][0]["message"]["content"].as_str().unwrap();
    let asked = |number: usize| answers[number]["usage"]["prompt_tokens"].as_u64().unwrap();
    assert_eq!((said(0), said(2)), (served.answer("One").as_str(), said(0)));
    assert!(asked(1) > asked(0) && asked(2) == asked(0), "{out}");

    let url = served.server.scenario_url("status-400");
    let arguments = [&["chat"], at(&url).as_slice(), &["--interactive"]].concat();
    let (code, _, error) = run_with_input(&arguments, "One\nTwo\n");
    assert_eq!(code, Some(0));
    assert_eq!(error.matches("status 400").count(), 2, "{error}");
}

fn ask(input: &mut ChildStdin, prompt: &str) {
    writeln!(input, "{prompt}").unwrap();
    input.flush().unwrap();
}

fn read_line(out: &mut impl BufRead) -> String {
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    line
}
