//! The log of [`Extension::run`](crate::Extension::run), for a program without one of its own.

use std::fmt;
use std::io::IsTerminal;

use kiket_contract::environment::LOG;
use tracing::field::Field;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::environment::Environment;

/// Shows the log on the standard error. Does nothing when the program has a subscriber already.
pub(crate) fn to_standard_error(environment: &Environment) {
    let wanted = environment.get(LOG);
    let filter = wanted.as_deref().unwrap_or("info").parse::<Targets>();
    let unreadable = filter.is_err();
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .fmt_fields(plain_fields());
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    if unreadable {
        tracing::warn!("ignored `{LOG}`: write a level, or `target=level` pairs with commas");
    }
}

/// `name=value` without colours: a span's fields are written for every delivery, whether a line of
/// the log shows them or not.
fn plain_fields() -> impl for<'w> FormatFields<'w> + 'static {
    let field = |writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug| match field.name()
    {
        "message" => write!(writer, "{value:?}"),
        name => write!(writer, "{name}={value:?}"),
    };
    debug_fn(field).delimited(" ")
}
