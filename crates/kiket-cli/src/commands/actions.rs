//! `kiket actions`: triggers what extensions offer.

use kiket_contract::api::actions::{ActionCalled, CallAction};
use kiket_contract::payload::Members;
use kiket_contract::response::ActionStatus;
use kiket_contract::route;

use crate::args::{Actions, ActionsCommand, RunAction};
use crate::exit::{Exit, Misuse};
use crate::operator::Operator;
use crate::output::Output;
use crate::output::table::facts;

/// Runs one of the commands.
pub(crate) async fn run(args: Actions) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        ActionsCommand::Run(args) => trigger(args, &operator, output).await,
    }
}

async fn trigger(args: RunAction, operator: &Operator, output: Output) -> anyhow::Result<Exit> {
    let path = route::api(&["extensions", &args.extension, "actions", &args.action])
        .map_err(|error| Misuse(error.to_string()))?;
    let call = CallAction {
        project_id: args.project,
        installation_id: args.installation,
        issue: members("--issue", args.issue)?,
        user: members("--user", args.user)?,
        input: members("--input", args.input)?,
    };
    let called = operator.post::<ActionCalled>(&path, &call).await?;
    output.show(&called, |called| {
        let status = match called.answer.status {
            ActionStatus::Success => "success",
            ActionStatus::Error => "error",
        };
        facts([
            ("status", Some(status.to_owned())),
            ("message", called.answer.message.clone()),
            ("data", called.answer.data.as_ref().map(ToString::to_string)),
            ("delivery", Some(called.delivery_id.to_string())),
        ])
    })?;
    Ok(match called.value.answer.status {
        ActionStatus::Success => Exit::Ok,
        ActionStatus::Error => Exit::Failed,
    })
}

/// The object that a flag holds.
fn members(flag: &str, text: Option<String>) -> Result<Option<Members>, Misuse> {
    let Some(text) = text else { return Ok(None) };
    let members = serde_json::from_str(&text);
    members.map(Some).map_err(|error| Misuse(format!("{flag} is no JSON object: {error}")))
}
