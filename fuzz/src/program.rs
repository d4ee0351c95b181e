//! Extensions under test, called in this process.

use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::http::request::Builder;
use jiff::Timestamp;
use kiket_contract::header;
use kiket_contract::signature::Signer;
use kiket_sdk::{Clock, Extension, ExtensionService};
use tokio::runtime::{self, Runtime};

/// The delivery secret.
pub(crate) const SECRET: &str = "sh_fuzz_71c0d9a2";
/// What the extensions take for now, in Unix seconds.
pub(crate) const NOW: i64 = 1_763_719_200;

/// Signs with [`SECRET`].
pub(crate) static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(&SECRET.into()));

thread_local! {
    static RUNTIME: Runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime can be made");
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).expect("an answer is UTF-8")
    }
}

/// An extension with [`SECRET`] and [`NOW`] and nothing from the process's environment.
pub(crate) fn extension() -> Extension {
    Extension::new("com.example.fuzz")
        .webhook_secret(SECRET)
        .clock(Clock::manual(Timestamp::from_second(NOW).expect("a time")))
        .environment(|_| None)
}

/// The extension, ready to be called.
pub(crate) fn service(extension: Extension) -> ExtensionService {
    extension.into_service().expect("the registrations are sound")
}

/// Sends a request, which must not be answered with a failure of the extension.
pub(crate) fn send(service: &ExtensionService, request: Builder, body: &[u8]) -> Answer {
    let body = Full::new(Bytes::copy_from_slice(body));
    let request = request.body(body).expect("the request's parts are sound");
    let answer = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let (head, body) = service.answer(request).await.into_parts();
            let body = body.collect().await.expect("an answer is in memory").to_bytes();
            Answer { status: head.status.as_u16(), body }
        })
    });
    assert!(answer.status < 500, "{answer:?}");
    assert!(!answer.text().contains(SECRET), "the delivery secret is told: {answer:?}");
    answer
}

/// The request with a signature of `timestamp.body`, or of the body alone.
pub(crate) fn signed(request: Builder, timestamp: Option<i64>, body: &[u8]) -> Builder {
    let timestamp = timestamp.map(|seconds| seconds.to_string());
    let signature = SIGNER.sign(timestamp.as_deref(), body);
    let request = request.header(header::SIGNATURE, signature);
    match timestamp {
        Some(timestamp) => request.header(header::TIMESTAMP, timestamp),
        None => request,
    }
}
