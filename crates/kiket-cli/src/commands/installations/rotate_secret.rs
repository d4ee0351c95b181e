//! `kiket installations rotate-secret`.

use kiket_contract::api::installations::{Installation, NewDeliverySecret, NewRotation};
use kiket_contract::environment::PREVIOUS_WEBHOOK_SECRET;

use super::{path, show};
use crate::args::RotateSecret;
use crate::ask::consent;
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;
use crate::output::words::time;
use crate::{printer, settings};

/// Makes another delivery secret and shows it, or lets the one that waits sign.
pub(super) async fn run(
    args: RotateSecret,
    operator: &Operator,
    output: Output,
) -> anyhow::Result<Exit> {
    if args.commit {
        let question = "Extensions that do not know the new secret refuse deliveries then. Commit?";
        if !consent(question, args.consent.yes)? {
            return Ok(Exit::Cancelled);
        }
        let path = path(args.id, "/delivery_secret/rotate/commit");
        let changed = operator.post_nothing::<Installation>(&path).await?;
        output.show(&changed, show::shown)?;
        return Ok(Exit::Ok);
    }
    let delivery_secret = args.secret_file.as_deref().map(settings::read_token).transpose()?;
    let wanted = NewRotation { delivery_secret, replace: args.replace };
    let path = path(args.id, "/delivery_secret/rotate");
    let made = operator.post::<NewDeliverySecret>(&path, &wanted).await?;
    output.show(&made, |made| {
        facts([
            ("KIKET_WEBHOOK_SECRET", Some(made.delivery_secret.expose().to_owned())),
            ("signs from", Some(time(made.signs_at))),
        ])
    })?;
    printer::note(format_args!(
        "give it to the extension with the old one as {PREVIOUS_WEBHOOK_SECRET}, then run `kiket \
         installations rotate-secret {} --commit`",
        args.id
    ))?;
    Ok(Exit::Ok)
}
