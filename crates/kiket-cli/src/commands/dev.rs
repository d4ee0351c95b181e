//! `kiket dev`: a local Kiket for extensions.
//!
//! The cast: a [`Platform`] in this process, with its database in the first extension's folder; for
//! each extension a [`Session`], which has it built and run as a child under a supervisor; a [`Gate`]
//! before each, the address that stays while one build of it follows another, and where [`Weather`] is
//! made; a [`Screen`] that shows what happens; a [`Desk`] that does what the keys say.
//!
//! Nothing is delivered before an extension is installed at its new address, so that deliveries of an
//! earlier run wait for it. The first SIGINT, SIGTERM or SIGHUP ends all in order (deliveries,
//! extensions, platform), a second one at once. However this process ends, no child outlives it, and
//! what was accepted is delivered after the next start.
//!
//! [`Gate`]: gate::Gate

mod cassette;
mod desk;
mod gate;
mod log;
mod once;
mod passing;
mod reload;
mod samples;
mod screen;
mod session;
mod source;
mod state;
mod summary;
mod watch;
mod weather;

use std::env;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use kiket_contract::secret::Secret;
use kiket_platform::{Config, Error, Happening, Platform};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::LevelFilter;

use crate::args::Dev;
use crate::commands::signals;
use crate::exit::Exit;
use crate::extension::Line;
use crate::settings::MASTER_KEY;
use crate::settings::dev_session::Announced;
use cassette::Recorder;
use desk::{Desk, Order};
use screen::Screen;
use session::Session;
use source::Source;
pub(crate) use state::new_delivery_secret;
use weather::Weather;

/// Where the samples of the event catalogue happen.
const PROJECT: i64 = 27;
const ORGANIZATION: i64 = 3;

/// Runs the extensions until a signal comes, or with `--once` until their samples are settled.
pub(crate) async fn run(args: Dev) -> anyhow::Result<Exit> {
    log_to_standard_error();
    let stop = signals::listen()?;
    let sources = source::sources(&args)?;
    let recorder = args.record.as_deref().map(Recorder::to).transpose()?;
    let screen = Screen::new(args.format, sources.len() > 1, weather(&args)?);
    screen.forecast();
    let platform = start_platform(&args, &state::of_platform(&sources)?).await?;
    let announced = announce(&sources, &platform)?;
    let outcome = tokio::select! {
        sessions = Sessions::open(&platform, sources, &screen, recorder) => match sessions {
            Ok(sessions) => sessions.run(&args, &stop).await,
            Err(error) => Err(error),
        },
        () = stop.cancelled() => Ok(ended_by_signal(&args)),
    };
    drop(announced);
    platform.shutdown().await;
    if outcome.is_ok() && !args.once {
        screen.say("stopped");
    }
    outcome
}

/// What goes wrong on the platform's side is for the person in front of it.
fn log_to_standard_error() {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    log.with_ansi(std::io::stderr().is_terminal()).with_max_level(LevelFilter::WARN).init();
}

/// The weather that is wanted, if any.
fn weather(args: &Dev) -> anyhow::Result<Option<Arc<Weather>>> {
    let Some(seed) = args.weather else { return Ok(None) };
    let seed = match seed {
        Some(seed) => seed,
        None => u64::from(getrandom::u32().context("the machine gave no randomness")?),
    };
    Ok(Some(Arc::new(Weather::new(seed))))
}

fn ended_by_signal(args: &Dev) -> Exit {
    if args.once { Exit::Cancelled } else { Exit::Ok }
}

async fn start_platform(args: &Dev, data_dir: &Path) -> anyhow::Result<Platform> {
    let mut config = Config::new(data_dir);
    config.listen = args.listen.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
    config.allow_networks = vec!["127.0.0.0/8".parse()?];
    config.schedule.base = args.retry_base;
    config.master_key = env::var(MASTER_KEY).ok().filter(|key| !key.is_empty()).map(Secret::from);
    match Platform::start(config).await {
        Err(error @ (Error::MasterKey(_) | Error::Seal(_))) => Err(error).with_context(|| {
            format!("can not open the data; delete `{}` to start afresh", data_dir.display())
        }),
        started => Ok(started?),
    }
}

/// Tells the other commands, in the folder of each extension, where the platform is.
fn announce(sources: &[Source], platform: &Platform) -> anyhow::Result<Vec<Announced>> {
    let announced = sources.iter().map(|source| {
        let directory = state::of_extension(source)?;
        Announced::write(&directory, source.dir(), platform.url(), platform.admin_token())
    });
    announced.collect()
}

/// All extensions, installed and running.
struct Sessions<'a> {
    platform: &'a Platform,
    screen: &'a Screen,
    each: Vec<Session<'a>>,
    printed: UnboundedReceiver<Line>,
    recorder: Option<Recorder>,
}

impl<'a> Sessions<'a> {
    /// Builds, starts and installs one after the other.
    async fn open(
        platform: &'a Platform,
        sources: Vec<Source>,
        screen: &'a Screen,
        recorder: Option<Recorder>,
    ) -> anyhow::Result<Self> {
        let (lines, printed) = mpsc::unbounded_channel();
        let mut each = Vec::new();
        for source in sources {
            each.push(
                Session::open(platform, source, (screen, screen.weather()), lines.clone()).await?,
            );
        }
        Ok(Self { platform, screen, each, printed, recorder })
    }

    /// Shows what happens until the end, then ends the extensions.
    async fn run(mut self, args: &Dev, stop: &CancellationToken) -> anyhow::Result<Exit> {
        let ending = if args.once {
            self.once(args, stop).await
        } else {
            self.until_stopped(stop).await.map(|()| ended_by_signal(args))
        };
        self.platform.stop_delivering().await;
        let stopped = join_all(self.each.into_iter().map(Session::stop)).await;
        stopped.into_iter().collect::<anyhow::Result<()>>()?;
        ending
    }

    async fn until_stopped(&mut self, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut happenings = self.platform.watch();
        self.platform.deliver();
        self.screen.step("listening", &format!("{}, Ctrl-C to stop", self.platform.url()));
        if let Some(hint) = self.how_to_send()? {
            self.screen.hint(&hint);
        }
        let offers = self.each.iter().map(|session| session.offer.clone()).collect();
        let mut desk = Desk::new(self.platform, offers);
        if let Some(help) = desk.help() {
            self.screen.hint(help);
        }
        let mut kept: FuturesUnordered<_> = self.each.iter_mut().map(Session::keep).collect();
        loop {
            tokio::select! {
                biased;
                Some(line) = self.printed.recv() => self.screen.printed(&line),
                happening = happenings.recv() => {
                    if let Ok(happening) = &happening {
                        desk.happened(happening);
                        record(self.platform, self.recorder.as_ref(), happening).await?;
                    }
                    self.screen.happening(happening);
                }
                Some(failed) = kept.next() => failed?,
                () = stop.cancelled() => return Ok(()),
                order = desk.next() => match order {
                    Order::Say(text) => self.screen.say(&text),
                    Order::Complain(error) => self.screen.trouble(&format!("{error:#}")),
                    Order::Quit => return Ok(()),
                },
            }
        }
    }
}

/// Records a delivery after each of its attempts, so that the last one stays.
async fn record(
    platform: &Platform,
    recorder: Option<&Recorder>,
    happening: &Happening,
) -> anyhow::Result<()> {
    match (recorder, happening) {
        (Some(recorder), Happening::Attempted { delivery_id, .. }) => {
            recorder.record(platform, *delivery_id).await
        }
        _ => Ok(()),
    }
}
