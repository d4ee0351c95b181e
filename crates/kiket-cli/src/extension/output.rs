//! What the extension prints, line by line.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::mpsc::{self, UnboundedSender};

/// How many of the last lines are remembered, to explain why an extension ended.
const REMEMBERED: usize = 20;

/// A line that the extension printed.
#[derive(Debug)]
pub(crate) struct Line {
    /// What the extension is called.
    pub(crate) from: Arc<str>,
    /// The line without its end; what was not UTF-8 is replaced.
    pub(crate) text: String,
}

/// Where the lines of one extension go.
#[derive(Debug, Clone)]
pub(crate) struct Outlet {
    /// What the extension is called.
    pub(crate) from: Arc<str>,
    /// Takes the lines; the receiver may be dropped.
    pub(crate) lines: UnboundedSender<Line>,
}

impl Outlet {
    /// One that nobody takes lines from.
    pub(super) fn closed() -> Self {
        Self { from: Arc::from(""), lines: mpsc::unbounded_channel().0 }
    }
}

/// Passes every line on until the stream ends, and answers with the last ones.
///
/// The stream is read to its end even when nobody takes the lines, for a full pipe would stop the
/// program.
pub(super) async fn pass_on(output: impl AsyncRead + Unpin, outlet: &Outlet) -> VecDeque<String> {
    let mut last = VecDeque::with_capacity(REMEMBERED);
    let mut segments = BufReader::new(output).split(b'\n');
    while let Ok(Some(segment)) = segments.next_segment().await {
        let text = String::from_utf8_lossy(&segment).trim_end_matches('\r').to_owned();
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(text.clone());
        // That nobody listens any more is no reason to stop reading.
        let _ = outlet.lines.send(Line { from: outlet.from.clone(), text });
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_passed_on_and_the_last_are_remembered() {
        let printed: String = (1..=25).map(|n| format!("line {n}\r\n")).collect();
        let mut printed = printed.into_bytes();
        printed.extend(b"\xff end");
        let (lines, mut taken) = mpsc::unbounded_channel();
        let last = pass_on(printed.as_slice(), &Outlet { from: "crm".into(), lines }).await;
        let first = taken.recv().await.unwrap();
        assert_eq!((&*first.from, first.text.as_str()), ("crm", "line 1"));
        assert_eq!(last.len(), REMEMBERED);
        assert_eq!(last.front().unwrap(), "line 7");
        assert_eq!(last.back().unwrap(), "\u{fffd} end");
    }

    #[tokio::test]
    async fn output_is_read_to_its_end_when_nobody_listens() {
        let last = pass_on(&b"a\nb\n"[..], &Outlet::closed()).await;
        assert_eq!(last, ["a", "b"]);
    }
}
