//! `mock`, and what all commands share: help, version, wrong arguments.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::{BINARY, kill, run};

#[test]
fn mock_says_where_it_listens_and_stops_when_told() {
    for signal in ["INT", "TERM"] {
        let mut mock = Command::new(BINARY)
            .args(["mock", "--port", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut out = BufReader::new(mock.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix('\n'));
        let _idle = TcpStream::connect(address.expect("the line names the address")).expect("it listens");

        kill(signal, &mock);
        assert_eq!(mock.wait().unwrap().code(), Some(0), "SIG{signal}");
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
    }
}

#[test]
fn a_taken_port_is_explained() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, out, error) = run(&["mock", "--port", &port]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        error.contains(&format!("port {port}")) && error.contains("choose another"),
        "{error}"
    );
}

#[test]
fn help_and_version() {
    for arguments in [["--help"].as_slice(), &["-h"]] {
        let (code, out, _) = run(arguments);
        assert!(code == Some(0) && out.contains("mock"), "{out}");
        for promised in ["Examples:", "OPENAI_API_KEY", "130  ended by Ctrl-C"] {
            assert!(out.contains(promised), "{out}");
        }
    }
    for (command, option) in [
        ("chat", "--system"),
        ("test", "--config"),
        ("validate", "--format"),
        ("models", "--output"),
        ("benchmark", "--compare-cold"),
        ("mock", "--port"),
        ("completions", "zsh"),
    ] {
        let (code, out, _) = run(&[command, "--help"]);
        assert_eq!(code, Some(0));
        assert!(out.contains(option) && out.contains("Examples:"), "{out}");
    }
    assert_eq!(
        run(&["--version"]).1,
        format!("llm-api-router {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_arguments_are_named() {
    for (arguments, named) in [
        ([].as_slice(), "mock"),
        (&["--what"], "--what"),
        (&["what"], "what"),
        (&["mock", "--what"], "--what"),
        (&["mock", "what"], "what"),
        (&["mock", "--port"], "--port"),
        (&["mock", "--port", "many"], "'many'"),
        (&["mock", "--port", "65536"], "65535"),
    ] {
        let (code, out, error) = run(arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.contains(named) && error.contains("--help"), "{error}");
    }
}

#[test]
fn shells_get_their_completions() {
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef llm-api-router"),
        ("fish", "complete -c"),
    ] {
        let (code, out, error) = run(&["completions", shell]);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        assert!(out.contains(sign) && out.contains("compare-cold"), "{shell}");
    }
    let syntax = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    if let Ok(mut bash) = syntax {
        use std::io::Write;
        let script = run(&["completions", "bash"]).1;
        bash.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(bash.wait().unwrap().success(), "bash reads its completions");
    }
}
