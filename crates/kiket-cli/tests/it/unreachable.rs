//! What is said when the platform is not there, goes away, refuses, or is not named at all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;

use rustix::process::{Pid, Signal, kill_process};

use crate::platform::{Running, TOKEN, assert_told};

const UNKNOWN: &str = "0193a0c0-0000-7000-8000-0000004f2a9c";

#[test]
fn nobody_listens() {
    let mut running = Running::start();
    running.stop();
    let done = running.run("deliveries list");
    assert_eq!(done.code, Some(5));
    assert_told!(running.told(&done));
}

#[test]
fn the_platform_goes_away_in_the_middle_of_an_answer() {
    let running = Running::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let breaking = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 16];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"data\":").unwrap();
    });
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", TOKEN)];
    let done = running.run_with("deliveries list --format json", "", &variables);
    breaking.join().unwrap();
    assert_eq!((done.code, done.stdout.as_str()), (Some(5), ""), "{done}");
    assert!(done.stderr.starts_with("error: can not reach the platform: "), "{done}");
    assert!(done.stderr.contains("kiket auth status"), "{done}");
}

#[test]
fn what_answers_is_no_kiket() {
    let running = Running::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 16];
        stream.read_exact(&mut asked).unwrap();
        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnope").unwrap();
    });
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", TOKEN)];
    let done = running.run_with("deliveries list", "", &variables);
    other.join().unwrap();
    assert_eq!(done.code, Some(5), "{done}");
    assert!(done.stderr.contains("no Kiket answers there: check the address"), "{done}");
}

#[test]
fn a_wrong_token_is_told_from_where_it_is() {
    let running = Running::start();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", "hush-wrong")];
    let done = running.run_with("deliveries list", "", &variables);
    assert_eq!(done.code, Some(3));
    assert!(!done.stderr.contains("hush-wrong"), "{done}");
    assert_told!(running.told(&done));
}

#[test]
fn an_unknown_id_is_told_in_the_platforms_words_with_the_request() {
    let running = Running::start();
    let done = running.run(&format!("deliveries show {UNKNOWN}"));
    assert_eq!(done.code, Some(1));
    assert_told!(running.told(&done));
}

#[test]
fn what_can_not_be_meant_is_no_call_at_all() {
    let running = Running::start();
    for (arguments, said) in [
        ("deliveries show nonsense", "is not a UUID"),
        ("installations show 0", "is not a number from 1"),
        ("deliveries list --limit 101", "101 is not in 1..=100"),
        ("deliveries list --since yesterday", "2026-01-31T09:30:00Z"),
        ("deliveries list --url http://10.0.0.1", "use https"),
        ("deliveries list --token-file missing", "can not read the secret from `missing`"),
    ] {
        let done = running.run(arguments);
        assert_eq!(done.code, Some(2), "{arguments}: {done}");
        assert!(done.stderr.contains(said) && done.stdout.is_empty(), "{arguments}: {done}");
    }
}

#[test]
fn a_platform_that_is_named_nowhere_is_a_mistake_in_the_call() {
    let running = Running::start();
    let done = running.run_with("deliveries list", "", &[]);
    assert_eq!(done.code, Some(2));
    assert_told!(running.told(&done));
}

#[test]
fn a_watch_goes_on_when_the_platform_comes_back() {
    let mut running = Running::with_extension();
    let url = running.url();
    let variables = [("KIKET_URL", url.as_str()), ("KIKET_ADMIN_TOKEN", TOKEN)];
    let mut kiket = running.command("deliveries tail", &variables).spawn().unwrap();
    let mut stderr = BufReader::new(kiket.stderr.take().unwrap()).lines();
    let mut stdout = BufReader::new(kiket.stdout.take().unwrap()).lines();
    let mut said = || stderr.next().unwrap().unwrap();
    assert!(said().starts_with("watching"));
    let id = running.deliver_one().to_string();
    let planned = stdout.next().unwrap().unwrap();
    assert!(planned.contains(&id) && planned.contains("planned"), "{planned}");
    running.stop();
    assert!(said().contains("opening it again"));
    running.start_again();
    loop {
        let said = said();
        if said.starts_with("watching") {
            break;
        }
        assert!(said.contains("opening it again"), "{said}");
    }
    let again = running.deliver_one().to_string();
    assert!(stdout.any(|line| line.unwrap().contains(&again)));
    kill_process(Pid::from_raw(kiket.id().try_into().unwrap()).unwrap(), Signal::INT).unwrap();
    assert_eq!(kiket.wait().unwrap().code(), Some(130));
}
