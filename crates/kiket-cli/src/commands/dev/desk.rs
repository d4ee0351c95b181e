//! What the keys do.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use kiket_contract::api::events::NewEvent;
use kiket_contract::event::asks_first;
use kiket_contract::id::DeliveryId;
use kiket_platform::{Happening, Platform};

use super::cassette::Cassette;
use crate::terminal::Keys;

const HELP: &str = "s send the next sample · r replay the last delivery · b show its body and \
                    answer · q quit · h help";

/// The samples of one extension, as it is at the moment.
pub(super) type Offer = Arc<Mutex<Vec<NewEvent>>>;
/// Something that a key began; it ends with what there is to say.
type Doing<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Option<String>>> + 'a>>;

/// Does what the keys say.
pub(super) struct Desk<'a> {
    platform: &'a Platform,
    keys: Option<Keys>,
    offers: Vec<Offer>,
    /// How many samples were sent.
    sent: usize,
    last: Option<DeliveryId>,
    doing: FuturesUnordered<Doing<'a>>,
}

/// What is to be done in front of the terminal.
pub(super) enum Order {
    /// Show this.
    Say(String),
    /// Show what went wrong.
    Complain(anyhow::Error),
    /// End.
    Quit,
}

impl<'a> Desk<'a> {
    /// Listens to the keys of the terminal, if there is one.
    pub(super) fn new(platform: &'a Platform, offers: Vec<Offer>) -> Self {
        let (keys, doing) = (Keys::listen(), FuturesUnordered::new());
        Self { platform, keys, offers, sent: 0, last: None, doing }
    }

    /// What can be done, where there are keys.
    pub(super) fn help(&self) -> Option<&'static str> {
        self.keys.as_ref().map(|_| HELP)
    }

    /// Remembers what `r` and `b` are about.
    pub(super) fn happened(&mut self, happening: &Happening) {
        if let Happening::Attempted { delivery_id, .. } = happening {
            self.last = Some(*delivery_id);
        }
    }

    /// Waits for the next thing that is to be done, for ever where there are no keys.
    pub(super) async fn next(&mut self) -> Order {
        loop {
            let key = async {
                match &mut self.keys {
                    Some(keys) => keys.next().await,
                    None => None,
                }
            };
            tokio::select! {
                Some(done) = self.doing.next() => match done {
                    Ok(None) => {}
                    Ok(Some(text)) => return Order::Say(text),
                    Err(error) => return Order::Complain(error),
                },
                Some(key) = key => {
                    if let Some(order) = self.pressed(key) {
                        return order;
                    }
                }
                else => std::future::pending().await,
            }
        }
    }

    fn pressed(&mut self, key: char) -> Option<Order> {
        let say = |text: &str| Some(Order::Say(text.to_owned()));
        match (key, self.last) {
            ('q', _) => return Some(Order::Quit),
            ('h' | '?', _) => return say(HELP),
            ('s', _) => match self.sample() {
                Some(event) => self.doing.push(Box::pin(send(self.platform, event))),
                None => return say("no sample is known of what the extension handles"),
            },
            ('r' | 'b', None) => return say("nothing was delivered yet"),
            ('r', Some(last)) => self.doing.push(Box::pin(replay(self.platform, last))),
            ('b', Some(last)) => self.doing.push(Box::pin(body(self.platform, last))),
            _ => {}
        }
        None
    }

    /// The samples of all extensions in turn.
    fn sample(&mut self) -> Option<NewEvent> {
        let offered = self.offers.iter().filter_map(|offer| Some(offer.lock().ok()?.clone()));
        let all: Vec<_> = offered.flatten().collect();
        let event = all.get(self.sent.checked_rem(all.len())?).cloned();
        self.sent += 1;
        event
    }
}

async fn send(platform: &Platform, event: NewEvent) -> anyhow::Result<Option<String>> {
    if !asks_first(event.event.as_str()) {
        platform.accept(event).await?;
        return Ok(None);
    }
    let guard = platform.ask(event).await?;
    let decided = guard.results.iter().map(|result| {
        let why = result.message.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} says {}{why}", result.extension_id, result.decision.as_str())
    });
    Ok(Some(decided.collect::<Vec<_>>().join("\n")))
}

async fn replay(platform: &Platform, last: DeliveryId) -> anyhow::Result<Option<String>> {
    platform.redeliver(last).await?;
    Ok(None)
}

/// Shows no secret, for a cassette has none.
async fn body(platform: &Platform, last: DeliveryId) -> anyhow::Result<Option<String>> {
    let Some(cassette) = Cassette::of(platform, last).await? else { return Ok(None) };
    Ok(Some(cassette.to_text()?))
}
