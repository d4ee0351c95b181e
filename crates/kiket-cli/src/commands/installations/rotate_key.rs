//! `kiket installations rotate-key`.

use kiket_contract::api::installations::{ApiKey, NewApiKey};

use super::path;
use crate::args::RotateKey;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;
use crate::output::words::time;

/// Makes another API key, and shows it.
pub(super) async fn run(
    args: RotateKey,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<()> {
    let wanted = NewApiKey { overlap_minutes: args.overlap };
    let path = path(args.id, "/api_key/rotate");
    let made = operator.post::<ApiKey>(&path, &wanted).await?;
    output.show(&made, |made| {
        facts([
            ("KIKET_EXTENSION_API_KEY", Some(made.api_key.expose().to_owned())),
            ("older keys end", Some(time(made.previous_until))),
        ])
    })
}
