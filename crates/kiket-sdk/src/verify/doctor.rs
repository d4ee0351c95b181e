//! Looks into a signature that does not match: was the body re-written, is another secret meant?
//!
//! Anybody can send such a signature, so the work is bounded: one body per second, none over
//! 64 KiB. What is found goes to the log and changes no answer.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use kiket_contract::secret::Secret;
use kiket_contract::signature::Signer;
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::denial::Hint;
use super::signature::{Proof, Signatures};

/// The largest body that is looked into, in bytes.
const LARGEST: usize = 64 * 1024;
/// From one look to the next, in milliseconds.
const PAUSE: i64 = 1_000;

/// Looks into signatures that do not match.
#[derive(Debug)]
pub(crate) struct Doctor {
    others: Vec<(&'static str, Signer)>,
    /// When it looked last, in Unix milliseconds.
    looked: AtomicI64,
}

impl Doctor {
    /// One that knows these secrets beside those in use, each with where it stands.
    pub(crate) fn new(others: &[(&'static str, Secret)]) -> Self {
        let signer = |(place, secret): &(_, Secret)| (*place, Signer::new(secret));
        Self { others: others.iter().map(signer).collect(), looked: AtomicI64::new(i64::MIN) }
    }

    pub(super) fn examine(
        &self,
        used: &Signatures,
        proof: Proof<'_>,
        body: &[u8],
        now: Timestamp,
    ) -> Hint {
        if body.len() > LARGEST || !self.may_look(now) {
            return Hint::NotExamined;
        }
        let holds =
            |(_, other): &&(&str, Signer)| other.made(&proof.signature, proof.timestamp, body);
        if let Some((place, _)) = self.others.iter().find(holds) {
            return Hint::OtherSecret(place);
        }
        let signed = |form: &Form| {
            let bytes = (form.of)(body);
            bytes.is_some_and(|bytes| used.made(proof, &bytes))
        };
        FORMS.iter().find(|form| signed(form)).map_or(Hint::None, |form| Hint::Rewritten(form.name))
    }

    fn may_look(&self, now: Timestamp) -> bool {
        let now = now.as_millisecond();
        let looked = self.looked.load(Ordering::Relaxed);
        let rested = !(0..PAUSE).contains(&now.saturating_sub(looked));
        let order = Ordering::Relaxed;
        rested && self.looked.compare_exchange(looked, now, order, order).is_ok()
    }
}

/// A way in which a body may have been signed before somebody re-wrote it.
struct Form {
    name: &'static str,
    of: fn(&[u8]) -> Option<Vec<u8>>,
}

const FORMS: [Form; 4] = [
    Form { name: "as compact JSON", of: |body| rewritten(body, CompactFormatter) },
    Form { name: "as indented JSON", of: |body| rewritten(body, PrettyFormatter::new()) },
    Form { name: "with a line break at its end", of: |body| Some([body, b"\n"].concat()) },
    Form { name: "without the blanks at its end", of: |body| Some(body.trim_ascii_end().to_vec()) },
];

/// The same JSON, members in their order, written in another way.
fn rewritten(body: &[u8], formatter: impl Formatter) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut writer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    serde_transcode::Transcoder::new(&mut reader).serialize(&mut writer).ok()?;
    reader.end().ok()?;
    Some(bytes)
}
