//! What the extension logs while a test runs on this thread.
//!
//! There is one subscriber for the whole process, because subscribers that come and go make others
//! miss spans; each thread has a text of its own.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

thread_local! {
    static TEXT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Collects this thread's log until it is dropped.
pub(crate) struct Log(());

impl Log {
    pub(crate) fn collect() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            tracing_subscriber::fmt().with_ansi(false).with_writer(|| ThisThread).init();
        });
        TEXT.set(Some(Vec::new()));
        Self(())
    }

    pub(crate) fn text(&self) -> String {
        TEXT.with_borrow(|text| String::from_utf8(text.clone().unwrap()).unwrap())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        TEXT.set(None);
    }
}

struct ThisThread;

impl Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TEXT.with_borrow_mut(|text| text.as_mut().map(|text| text.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
