//! Waiting for a delivery.

use std::time::Duration;

use kiket_contract::api::deliveries::Delivery;
use kiket_contract::id::DeliveryId;
use tokio::time::{Instant, sleep_until};

use super::path;
use crate::operator::{Error, Operator};

/// From one look to the next.
const LOOKING: Duration = Duration::from_millis(100);

/// Looks at a delivery until it is as wanted, or the time is up. Answers with how it is then.
///
/// # Errors
/// When the platform can not be asked.
pub(crate) async fn until(
    operator: &Operator,
    id: DeliveryId,
    deadline: Instant,
    mut is_wanted: impl FnMut(&Delivery) -> bool,
) -> Result<Delivery, Error> {
    loop {
        let delivery = operator.get::<Delivery>(&path(id, ""), &()).await?.value;
        let now = Instant::now();
        if is_wanted(&delivery) || now >= deadline {
            return Ok(delivery);
        }
        sleep_until(deadline.min(now + LOOKING)).await;
    }
}
