//! The binary: what it prints, and how it ends.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test code, also outside of test functions"
)]

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Command, Output, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_llm-api-router");

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(BINARY)
        .args(arguments)
        .output()
        .expect("the binary starts");
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

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

        // The shell has a `kill` of its own wherever there is a shell.
        let kill = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", mock.id())])
            .status()
            .unwrap();
        assert!(kill.success());
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
    }
    let (code, out, _) = run(&["mock", "--help"]);
    assert!(
        code == Some(0) && out.contains("--port") && out.contains("--host"),
        "{out}"
    );
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
