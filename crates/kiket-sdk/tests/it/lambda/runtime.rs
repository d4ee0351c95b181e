//! A stand-in for Lambda's runtime API: it gives out events and takes answers.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const INVOCATIONS: &str = "/2018-06-01/runtime/invocation/";

pub(crate) struct Runtime {
    pub(crate) address: SocketAddr,
    events: Arc<Events>,
    answers: UnboundedReceiver<(String, Value)>,
}

struct Events {
    waiting: Mutex<VecDeque<(Value, Duration)>>,
    count: Semaphore,
    /// When the time of the event that was given last ends.
    end: Mutex<Option<SystemTime>>,
}

impl Runtime {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, answers) = unbounded_channel();
        let (waiting, end) = (Mutex::default(), Mutex::default());
        let events = Arc::new(Events { waiting, count: Semaphore::new(0), end });
        let given = Arc::clone(&events);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (events, sender) = (Arc::clone(&given), sender.clone());
                let service = service_fn(move |request| {
                    let (events, sender) = (Arc::clone(&events), sender.clone());
                    async move { Ok::<_, Infallible>(serve(request, &events, &sender).await) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, events, answers }
    }

    /// Gives the function an event, and this much time for it.
    pub(crate) fn send(&self, event: Value, time: Duration) {
        self.events.waiting.lock().unwrap().push_back((event, time));
        self.events.count.add_permits(1);
    }

    /// What the function answered.
    pub(crate) async fn answer(&mut self) -> Value {
        let (path, answer) = self.answers.recv().await.expect("an answer");
        assert_eq!(path, format!("{INVOCATIONS}1/response"), "{answer}");
        answer
    }

    pub(crate) async fn invoke(&mut self, event: Value, time: Duration) -> Value {
        self.send(event, time);
        self.answer().await
    }

    /// Sees that there is no answer for a while.
    pub(crate) async fn is_silent_for(&mut self, pause: Duration) {
        let answer = timeout(pause, self.answers.recv()).await;
        assert!(answer.is_err(), "{answer:?}");
    }
}

async fn serve(
    request: Request<Incoming>,
    events: &Events,
    answers: &UnboundedSender<(String, Value)>,
) -> Response<Full<Bytes>> {
    if request.method() == Method::POST {
        let in_time = events.end.lock().unwrap().is_some_and(|end| SystemTime::now() < end);
        let path = if in_time { request.uri().path().to_owned() } else { "too late".to_owned() };
        let body = request.into_body().collect().await.unwrap().to_bytes();
        answers.send((path, serde_json::from_slice(&body).unwrap())).unwrap();
        return Response::builder().status(202).body(Full::default()).unwrap();
    }
    assert_eq!(request.uri().path(), format!("{INVOCATIONS}next"));
    events.count.acquire().await.unwrap().forget();
    let (event, time) = events.waiting.lock().unwrap().pop_front().unwrap();
    let end = SystemTime::now() + time;
    *events.end.lock().unwrap() = Some(end);
    let end = end.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    Response::builder()
        .header("lambda-runtime-aws-request-id", "1")
        .header("lambda-runtime-deadline-ms", end.to_string())
        .header("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:1:function:crm")
        .body(Full::from(event.to_string()))
        .unwrap()
}
