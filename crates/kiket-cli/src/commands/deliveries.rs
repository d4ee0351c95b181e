//! `kiket deliveries`: looks at deliveries and acts on them.

mod list;
mod recover;
mod show;
mod tail;
mod until;
mod why;

use jiff::Timestamp;
use kiket_contract::api::deliveries::{Delivery, PATH};
use kiket_contract::id::DeliveryId;
use serde_json::json;

pub(crate) use until::until;

use crate::args::{Deliveries, DeliveriesCommand, OneDelivery};
use crate::exit::Exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::printer;

/// Runs one of the commands.
pub(crate) async fn run(args: Deliveries) -> anyhow::Result<Exit> {
    let operator = Operator::of(&args.remote)?;
    let output = Output(args.remote.format);
    match args.command {
        DeliveriesCommand::List(args) => list::run(args, &operator, output).await?,
        DeliveriesCommand::Show(OneDelivery { id }) => {
            let found = operator.get::<Delivery>(&path(id, ""), &()).await?;
            output.show(&found, show::shown)?;
        }
        DeliveriesCommand::Why(OneDelivery { id }) => why(id, &operator, output).await?,
        DeliveriesCommand::Redeliver(OneDelivery { id }) => {
            let made = operator.post_nothing::<Delivery>(&path(id, "/redeliver")).await?;
            output.show(&made, |made| format!("{} delivers {id} again", made.id))?;
        }
        DeliveriesCommand::Recover(args) => return recover::run(args, &operator, output).await,
        DeliveriesCommand::Tail(args) => return tail::run(args, &operator, output).await,
    }
    Ok(Exit::Ok)
}

async fn why(id: DeliveryId, operator: &Operator, output: Output) -> anyhow::Result<()> {
    let delivery = operator.get::<Delivery>(&path(id, ""), &()).await?.value;
    let lines = why::explained(&delivery, Timestamp::now());
    if output.is_json() {
        printer::line(json!({ "delivery": delivery, "explanation": lines }))?;
    } else {
        printer::line(lines.join("\n"))?;
    }
    Ok(())
}

fn path(id: DeliveryId, below: &str) -> String {
    format!("{PATH}/{id}{below}")
}
