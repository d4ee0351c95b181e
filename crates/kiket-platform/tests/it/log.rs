//! The log of this process, at its most talkative, for tests that read it.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{Layer, Registry, fmt};

/// What is logged while somebody listens, by all tests that run at that time.
#[derive(Default)]
struct Log {
    listeners: usize,
    text: Vec<u8>,
}

type Shared = Arc<Mutex<Log>>;

/// One log for all threads: a database works on threads of its own.
fn shared() -> &'static Shared {
    static LOG: OnceLock<Shared> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Shared::default();
        let (written, heard) = (log.clone(), log.clone());
        let layer = fmt::layer()
            .with_ansi(false)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_writer(move || Pen(written.clone()))
            .with_filter(dynamic_filter_fn(move |_, _| heard.lock().unwrap().listeners > 0));
        tracing::subscriber::set_global_default(Registry::default().with(layer)).unwrap();
        log
    })
}

struct Pen(Shared);

impl Write for Pen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The log is kept while this is.
pub(crate) struct Listener;

pub(crate) fn listen() -> Listener {
    shared().lock().unwrap().listeners += 1;
    Listener
}

impl Listener {
    /// All that has been logged, by whichever test.
    pub(crate) fn heard(&self) -> Vec<u8> {
        shared().lock().unwrap().text.clone()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut log = shared().lock().unwrap();
        log.listeners -= 1;
        if log.listeners == 0 {
            log.text = Vec::new();
        }
    }
}
