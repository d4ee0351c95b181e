//! Stopping, and what it waits for.

use std::sync::Arc;

use kiket_sdk::prelude::*;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::program::{Program, extension};
use crate::wire::{Request, answer};

#[tokio::test]
async fn a_running_request_is_finished_and_no_other_is_accepted() {
    let (started, release) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let waits = {
        let (started, release) = (Arc::clone(&started), Arc::clone(&release));
        move |_: Value, _: Context| {
            let (started, release) = (Arc::clone(&started), Arc::clone(&release));
            async move {
                started.add_permits(1);
                release.acquire().await?.forget();
                Ok(json!("finished"))
            }
        }
    };
    let program = Program::serving(extension().webhook("issue.created", "v1", waits)).await;
    let address = program.address;
    let running = tokio::spawn(async move { Request::signed("{}").send(address).await });
    started.acquire().await.unwrap().forget();

    let stopped = program.stop();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopped.is_finished());
    release.add_permits(1);
    stopped.await.unwrap();
    assert_eq!(running.await.unwrap().json(), json!("finished"));
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let program = Program::echoing().await;
    let mut idle = TcpStream::connect(program.address).await.unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    idle.readable().await.unwrap();
    program.stop().await.unwrap();
    assert_eq!(answer(&mut idle).await.status, 200);
}

#[tokio::test]
async fn a_request_that_breaks_off_does_no_harm() {
    let program = Program::echoing().await;
    let bytes = Request::signed(r#"{"a":1}"#).bytes();
    for length in [1, bytes.len() / 2, bytes.len() - 1] {
        let mut stream = TcpStream::connect(program.address).await.unwrap();
        stream.write_all(&bytes[..length]).await.unwrap();
    }
    assert_eq!(program.deliver(&json!({})).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn half_a_request_does_not_hold_up_the_end() {
    let program = Program::echoing().await;
    let mut half = TcpStream::connect(program.address).await.unwrap();
    half.write_all(b"POST / HTTP/1.1\r\nhost").await.unwrap();
    // The connection is accepted before an answer on a later one.
    assert_eq!(program.deliver(&json!({})).await.status, 200);
    let start = tokio::time::Instant::now();
    program.stop().await.unwrap();
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
