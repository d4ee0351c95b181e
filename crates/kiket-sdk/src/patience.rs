//! Waiting with a limit, at no cost for what is ready at once.

use std::pin::pin;
use std::task::Poll;

use tokio::time::{Instant, timeout_at};

/// What the future gives until `deadline`, `None` being never. The timer is set only once the future
/// has to wait, because most have not.
pub(crate) async fn until<T>(
    deadline: Option<Instant>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    let first = std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
    match (first, deadline) {
        (Poll::Ready(output), _) => Some(output),
        (Poll::Pending, Some(deadline)) => timeout_at(deadline, future).await.ok(),
        (Poll::Pending, None) => Some(future.await),
    }
}
