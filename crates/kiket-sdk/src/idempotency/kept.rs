//! The answers that are remembered.

use bytes::Bytes;
use kiket_contract::health::HandlerKind;
use kiket_contract::response::OK;
use kiket_contract::retry::Meaning;

use crate::answer::Response;

/// The largest answer that is remembered, in bytes.
const LARGEST: usize = 16 * 1024;

/// A finished delivery's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Kept {
    /// What to remember of an answer: nothing of one that asks for a retry.
    ///
    /// Of a large answer to an event only the fact is remembered, because what counts there is that
    /// the work is done. A guard's or an action's answer counts itself, so a large one is forgotten.
    pub(crate) fn of(kind: HandlerKind, answer: &Response) -> Option<Self> {
        let (status, body) = (answer.status().as_u16(), answer.body());
        if Meaning::of(status) == Meaning::Retryable {
            return None;
        }
        let body = match (body.len() > LARGEST, kind) {
            // A copy of just its length: what an answer was written into is larger and used again.
            (false, _) => Bytes::copy_from_slice(body),
            (true, HandlerKind::Guard | HandlerKind::Action) => return None,
            (true, _) => Bytes::from_static(OK.as_bytes()),
        };
        Some(Self { status, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kind: HandlerKind, status: u16, body: Bytes) -> Option<Kept> {
        let mut answer = Response::new(body);
        *answer.status_mut() = status.try_into().unwrap();
        Kept::of(kind, &answer)
    }

    #[test]
    fn what_a_retry_may_mend_is_forgotten() {
        let body = Bytes::from_static(b"{}");
        for (status, is_kept) in
            [(200, true), (204, true), (403, true), (422, true), (429, false), (500, false)]
        {
            let kept = kept(HandlerKind::Webhook, status, body.clone());
            assert_eq!(kept.is_some(), is_kept, "{status}");
        }
    }

    #[test]
    fn of_a_large_answer_only_an_events_fact_is_kept() {
        let large = Bytes::from(vec![b' '; LARGEST + 1]);
        let body = |kind| kept(kind, 200, large.clone()).map(|kept| kept.body);
        assert_eq!(body(HandlerKind::Webhook).as_deref(), Some(OK.as_bytes()));
        assert_eq!(body(HandlerKind::Guard), None);
        assert_eq!(body(HandlerKind::Action), None);
        let whole = kept(HandlerKind::Guard, 200, large.slice(1..));
        assert_eq!(whole.map(|kept| kept.body.len()), Some(LARGEST));
    }
}
