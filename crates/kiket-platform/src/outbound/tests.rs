//! Where connections go, whatever a name resolves to.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use hyper::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::*;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What a name resolves to, one answer after the other.
#[derive(Clone, Default)]
pub(super) struct Answers(Arc<Mutex<VecDeque<Vec<IpAddr>>>>);

impl Answers {
    fn of(answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Self(Arc::new(Mutex::new(answers.iter().map(parse).collect())))
    }

    pub(super) fn next(&self, port: u16) -> Vec<SocketAddr> {
        let answer = self.0.lock().unwrap().pop_front().expect("a name is resolved too often");
        answer.into_iter().map(|ip| SocketAddr::new(ip, port)).collect()
    }

    fn left(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

fn outbound(answers: &Answers, proxy: Option<&str>) -> Outbound {
    let policy = AddressPolicy::new(&["127.0.0.0/8".parse().unwrap()]);
    let proxy = proxy.map(|proxy| Proxy::parse(&proxy.into()).unwrap());
    Outbound::with(policy, Lookup::Scripted(answers.clone()), proxy)
}

fn post(url: String) -> Request<Full<Bytes>> {
    Request::post(url).body(Full::new(Bytes::from_static(b"{}"))).unwrap()
}

/// A server that tells the head of each request and answers with these bytes.
async fn server(answer: &'static [u8]) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (heads, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            heads.send(head(&mut stream).await).unwrap();
            stream.write_all(answer).await.unwrap();
        }
    });
    (address, received)
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// The policy's reason among an error's causes.
fn refused(error: &(dyn std::error::Error + 'static)) -> Option<AddressError> {
    let found = error.downcast_ref::<AddressError>().cloned();
    found.or_else(|| error.source().and_then(refused))
}

#[tokio::test]
async fn a_connection_goes_to_the_address_that_was_checked() {
    let (server, mut heads) = server(OK).await;
    let answers = Answers::of(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let outbound = outbound(&answers, None);
    let url = format!("http://rebinding.example:{}/hook", server.port());
    assert_eq!(outbound.send(post(url.clone())).await.unwrap().status(), 200);
    assert_eq!(answers.left(), 1, "a name is resolved once for each connection");
    assert!(heads.recv().await.unwrap().contains("host: rebinding.example"));
    let again = outbound.send(post(url)).await.unwrap_err();
    let refused = refused(&again);
    assert!(matches!(refused, Some(AddressError::NotEncrypted { .. })), "{again:?}");
}

#[tokio::test]
async fn of_several_addresses_only_permitted_ones_are_connected_to() {
    let (server, mut heads) = server(OK).await;
    let answers = Answers::of(&[&["10.0.0.1", "::1", "127.0.0.1"], &["169.254.169.254"]]);
    let outbound = outbound(&answers, None);
    let sent = outbound.send(post(format!("http://many.example:{}/", server.port()))).await;
    assert_eq!(sent.unwrap().status(), 200);
    heads.recv().await.unwrap();
    let metadata = outbound.send(post("https://many.example/".to_owned())).await.unwrap_err();
    let expected = AddressError::NotPublic { address: "169.254.169.254".parse().unwrap() };
    assert_eq!(refused(&metadata), Some(expected));
}

#[tokio::test]
async fn a_name_in_any_spelling_leads_to_a_check() {
    let outbound = Outbound::with(AddressPolicy::default(), Lookup::System, None);
    for host in ["localhost", "LOCALHOST", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ"] {
        let url = outbound.check(&format!("https://{host}:1/")).unwrap();
        let error = outbound.send(post(url.into())).await.unwrap_err();
        assert!(
            matches!(refused(&error), Some(AddressError::NotPublic { .. })),
            "{host}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_address_in_the_url_is_checked_again_at_the_connection() {
    let outbound = outbound(&Answers::default(), None);
    for url in ["https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/"] {
        let error = outbound.send(post(url.to_owned())).await.unwrap_err();
        assert!(
            matches!(refused(&error), Some(AddressError::NotPublic { .. })),
            "{url}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_checked_address_in_a_tunnel() {
    let (proxy, mut heads) = server(b"HTTP/1.1 403 Forbidden\r\n\r\n").await;
    let answers = Answers::of(&[&["93.184.216.34"], &["10.0.0.1"]]);
    let outbound = outbound(&answers, Some(&format!("http://user:p%40ss@{proxy}")));
    let denied = outbound.send(post("https://named.example/hook".to_owned())).await;
    assert!(denied.is_err(), "the proxy denies it");
    let head = heads.recv().await.unwrap();
    assert!(head.starts_with("CONNECT 93.184.216.34:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("Proxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
    let private = outbound.send(post("https://named.example/hook".to_owned())).await.unwrap_err();
    assert!(matches!(refused(&private), Some(AddressError::NotPublic { .. })), "{private:?}");
    assert!(heads.try_recv().is_err(), "the proxy is not asked for an address that is refused");
}

#[tokio::test]
async fn what_goes_through_the_tunnel_begins_with_tls_for_the_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let outbound = outbound(&Answers::of(&[&["93.184.216.34"]]), Some(&proxy));
    let sending = tokio::spawn(async move {
        outbound.send(post("https://named.example/hook".to_owned())).await.is_err()
    });
    let (mut stream, _) = listener.accept().await.unwrap();
    head(&mut stream).await;
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    let mut hello = vec![0; 5];
    stream.read_exact(&mut hello).await.unwrap();
    assert_eq!(hello[0], 22, "a TLS handshake");
    hello.resize(usize::from(u16::from_be_bytes([hello[3], hello[4]])), 0);
    stream.read_exact(&mut hello).await.unwrap();
    let name = b"named.example";
    assert!(hello.windows(name.len()).any(|window| window == name), "the name is in the greeting");
    drop(stream);
    assert!(sending.await.unwrap());
}

#[tokio::test]
async fn a_proxy_gets_a_plain_request_with_the_checked_address() {
    let (proxy, mut heads) = server(OK).await;
    let answers = Answers::of(&[&["127.0.0.9"], &["93.184.216.34"]]);
    let outbound = outbound(&answers, Some(&format!("http://{proxy}")));
    let sent = outbound.send(post("http://named.example:8080/hook?x=1".to_owned())).await;
    assert_eq!(sent.unwrap().status(), 200);
    let head = heads.recv().await.unwrap();
    assert!(head.starts_with("POST http://127.0.0.9:8080/hook?x=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("host: named.example:8080\r\n"), "{head}");
    let public = outbound.send(post("http://named.example/".to_owned())).await.unwrap_err();
    assert!(matches!(refused(&public), Some(AddressError::NotEncrypted { .. })), "{public:?}");
}

#[test]
fn a_proxy_that_can_not_be_used_is_refused_without_showing_it() {
    for url in ["proxy:3128", "https://u:hush@proxy", "socks5://u:hush@proxy", "http://u:hush@p/x"]
    {
        let Err(error) = Proxy::parse(&url.into()) else { panic!("{url} was taken") };
        assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
    }
}
