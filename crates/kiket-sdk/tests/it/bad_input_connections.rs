//! Connections that are slow, idle or too many. Time goes as fast as the tests like.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::bad_input::{Counting, rest, statuses};
use crate::program::extension;
use crate::wire::Request;

/// How long the first request of a connection may take to come.
const HEAD: Duration = Duration::from_secs(30);
/// How long a connection may have nothing more to do.
const IDLE: Duration = Duration::from_secs(90);
/// How long a body may take.
const BODY: Duration = Duration::from_secs(10);
const SECOND: Duration = Duration::from_secs(1);

/// Writes a byte a second until the other side closes, and tells how long that took.
async fn trickle(stream: TcpStream, bytes: &[u8]) -> (String, Duration) {
    let start = Instant::now();
    let (mut reader, mut writer) = stream.into_split();
    let bytes = bytes.to_vec();
    let trickling = tokio::spawn(async move {
        for byte in bytes {
            if writer.write_all(&[byte]).await.is_err() {
                break;
            }
            sleep(SECOND).await;
        }
        writer
    });
    let mut heard = Vec::new();
    while reader.read_buf(&mut heard).await.is_ok_and(|read| read > 0) {}
    trickling.abort();
    (String::from_utf8(heard).unwrap(), start.elapsed())
}

fn is_about(took: Duration, expected: Duration) {
    assert!(took >= expected && took < expected + 2 * SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_given_up_and_the_connection_closed() {
    let extension = Counting::new().await;
    let request = Request::signed("x".repeat(100));
    let mut stream = extension.connect().await;
    stream.write_all(&request.head("content-length: 100")).await.unwrap();
    let (heard, took) = trickle(stream, &[b'x'; 100]).await;
    assert_eq!(statuses(&heard), [503], "{heard}");
    assert!(heard.contains("slow_body") && heard.contains("connection: close"), "{heard}");
    is_about(took, BODY);
    extension.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn chunks_that_trickle_or_never_come_are_given_up() {
    let extension = Counting::new().await;
    let head = Request::signed("{}").head("transfer-encoding: chunked");
    for chunks in ["1\r\n{\r\n".repeat(20), "ffffffffffffffff\r\n{}".to_owned()] {
        let mut stream = extension.connect().await;
        stream.write_all(&head).await.unwrap();
        let (heard, took) = trickle(stream, chunks.as_bytes()).await;
        assert_eq!(statuses(&heard), [503], "{heard}");
        is_about(took, BODY);
    }
    extension.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_is_closed() {
    let extension = Counting::new().await;
    let start = Instant::now();
    assert_eq!(rest(&mut extension.connect().await).await, "");
    is_about(start.elapsed(), HEAD);
    extension.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_head_that_trickles_is_given_up() {
    let extension = Counting::new().await;
    let request = Request::signed("{}").bytes();
    let (heard, took) = trickle(extension.connect().await, &request).await;
    assert_eq!(statuses(&heard), [] as [u16; 0], "{heard}");
    is_about(took, HEAD);
    extension.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_says_nothing_more_is_closed() {
    let extension = Counting::new().await;
    let start = Instant::now();
    let mut stream = extension.connect().await;
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(statuses(&rest(&mut stream).await), [200]);
    is_about(start.elapsed(), IDLE);
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_never_reads_is_given_up() {
    let extension = Counting::of(extension().max_connections(1)).await;
    let mut deaf = extension.connect().await;
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    // Until the extension reads no more either, because its answers are stuck.
    while let Ok(written) = timeout(SECOND, deaf.write_all(&request)).await {
        written.unwrap();
    }
    extension.is_unharmed().await;
}

#[tokio::test(start_paused = true)]
async fn further_connections_wait_until_one_closes() {
    let extension = Counting::of(extension().max_connections(2)).await;
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = extension.connect().await;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        stream.readable().await.unwrap();
        open.push(stream);
    }
    let mut third = extension.connect().await;
    third.write_all(&Request::signed("{}").bytes()).await.unwrap();
    assert!(timeout(SECOND, third.readable()).await.is_err(), "the third was not to be heard yet");
    drop(open.pop());
    let heard = rest(&mut third).await;
    assert_eq!(statuses(&heard), [200], "{heard}");
}
