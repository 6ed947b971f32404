//! `ideogram doctor` with each thing broken in turn.

use crate::sandbox::Service;
use crate::support::{Place, Run};
use serde_json::Value;
use std::io::{Read as _, Write as _};

fn doctor(place: &Place, service: &Service, variables: &[(&str, &str)]) -> Run {
    let mut command = place.command();
    command.envs(service.environment.clone()).envs(variables.iter().copied());
    Run::of(command.args(["doctor", "--json"]).output().unwrap())
}

fn state(envelope: &Value, name: &str) -> String {
    let rows = envelope["results"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name}: {envelope}"));
    assert_eq!(row["advice"].is_string(), matches!(row["state"].as_str(), Some("failed" | "warning")), "{row}");
    row["state"].as_str().unwrap().to_owned()
}

#[test]
fn each_thing_that_is_broken_is_told_with_what_to_do_and_the_exit_code_of_a_call() {
    let place = Place::new();
    let service = Service::start(&place, &["--key", "only:this"], 2);
    let run = doctor(&place, &service, &[]);
    let envelope = run.json();
    assert_eq!((run.code, &envelope["error"]), (Some(0), &Value::Null), "{envelope}");
    for name in ["key", "settings", "proxy", "ca-file", "run", "queue", "rest", "cdn", "platform", "clock", "account"] {
        assert_eq!(state(&envelope, name), "ok", "{envelope}");
    }
    for name in ["ledger", "terminal"] {
        assert_eq!(state(&envelope, name), "ok", "{envelope}");
    }
    std::fs::create_dir_all(place.ledger().parent().unwrap()).unwrap();
    let garbage = place.write("garbage.db", b"no ledger");
    let file = place.write("file", b"");
    let (garbage, below) = (garbage.display().to_string(), file.join("ledger.db").display().to_string());
    for (name, code, variables) in [
        ("key", 4, &[("FAL_KEY", "")][..]),
        ("key", 4, &[("FAL_KEY", "only")]),
        ("account", 4, &[("FAL_KEY", "only:hunter2")]),
        ("cdn", 6, &[("IDEOGRAM_CDN_URL", "http://127.0.0.1:1")]),
        ("addresses", 2, &[("IDEOGRAM_RUN_URL", "ftp://x")]),
        ("ca-file", 2, &[("IDEOGRAM_CA_FILE", "none.pem")]),
        ("ledger", 3, &[("IDEOGRAM_LEDGER", &garbage)]),
        ("ledger", 3, &[("IDEOGRAM_LEDGER", &below)]),
        ("cdn", 7, &[("IDEOGRAM_CDN_URL", "http://127.0.0.1:1"), ("IDEOGRAM_LEDGER", &garbage)]),
    ] {
        let run = doctor(&place, &service, variables);
        let envelope = run.json();
        assert_eq!(state(&envelope, name), "failed", "{variables:?}: {envelope}");
        assert_eq!((run.code, envelope["error"].is_object()), (Some(code), true), "{variables:?}: {envelope}");
        assert!(!run.text().contains("hunter2") && !run.stderr.contains("hunter2"), "{run:?}");
    }
    let run = doctor(&place, &service, &[("https_proxy", "http://me:hush@127.0.0.1:1")]);
    assert!(run.text().contains("`https_proxy` is used") && !run.text().contains("hush"), "{run:?}");
    service.end();
}

#[test]
fn a_settings_file_with_a_mistake_is_told_and_does_not_keep_it_from_looking_on() {
    let place = Place::new();
    let service = Service::start(&place, &[], 2);
    let folder = place.work().with_file_name("home").join(".config/ideogram");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "sytle = 1\n").unwrap();
    let run = doctor(&place, &service, &[]);
    assert_eq!(
        (run.code, state(&run.json(), "settings"), state(&run.json(), "queue")),
        (Some(3), "failed".into(), "ok".into())
    );
    service.end();
}

#[test]
fn a_clock_that_is_wrong_is_told_by_the_date_of_the_answers() {
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 404 Not Found\r\ndate: Thu, 01 Jan 2015 00:00:00 GMT\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            );
        }
    });
    let mut command = place.command();
    command.env("IDEOGRAM_BASE_URL", &origin).env("FAL_KEY", "id:secret");
    let run = Run::of(command.args(["doctor"]).output().unwrap());
    assert_eq!(run.code, Some(1), "{run:?}");
    let told = run.text().lines().skip_while(|line| !line.starts_with("failed   clock")).collect::<Vec<_>>();
    assert!(told[0].contains("ahead of the service") && told[1].contains("set it right"), "{}", run.text());
}
