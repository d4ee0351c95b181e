//! The writer: gathers what waits to be written and commits it as one transaction.
//!
//! A commit costs one sync of the disk however much it holds, so what arrives while one is under way
//! waits for the next: accepted events, finished attempts, claims, callbacks, telemetry and reads of
//! secrets alike. Each is answered only after its commit. When a transaction fails, what was in it is tried again one by one, so that
//! nobody fails for another's row.

use std::sync::Arc;

use prometheus_client::metrics::histogram::Histogram;
use sqlx::AnyPool;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::callbacks::{self, CalledBack};
use super::claims::{Claim, Claiming};
use super::completion::{self, Completed, Completion};
use super::events::{self, Accepted, NewEvent};
use super::secret_reads::{self, Reads};
use super::telemetry::{self, NewRecord};
use super::{Plan, StoreError};

/// The most writes of one transaction.
const LARGEST_BATCH: usize = 256;

/// Something to be written, and whoever waits for it.
enum Write {
    Accept(Box<NewEvent>, Reply<Accepted>),
    Complete(Arc<Completion>, Reply<Completed>),
    Claim(Claiming, Reply<Vec<Claim>>),
    CallBack(CalledBack, Reply<()>),
    Report(Box<NewRecord>, Reply<()>),
    Reads(Reads, Reply<()>),
}

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// The way to the writer.
pub(super) struct Writer {
    queue: mpsc::Sender<Write>,
    stop: CancellationToken,
}

impl Writer {
    /// Starts the writer on the pool of the one connection that writes.
    pub(super) fn start(pool: AnyPool, plan: Plan, batches: Histogram) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(LARGEST_BATCH * 4);
        let stop = CancellationToken::new();
        let running = tokio::spawn(run((pool, plan), waiting, batches, stop.clone()));
        (Self { queue, stop }, running)
    }

    /// Takes nothing more; what waits is still written.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    pub(super) async fn accept(&self, event: NewEvent) -> Result<Accepted, StoreError> {
        self.ask(|reply| Write::Accept(Box::new(event), reply)).await
    }

    pub(super) async fn complete(
        &self,
        completion: Arc<Completion>,
    ) -> Result<Completed, StoreError> {
        self.ask(|reply| Write::Complete(completion, reply)).await
    }

    pub(super) async fn claim(&self, claiming: Claiming) -> Result<Vec<Claim>, StoreError> {
        self.ask(|reply| Write::Claim(claiming, reply)).await
    }

    pub(super) async fn call_back(&self, call: CalledBack) -> Result<(), StoreError> {
        self.ask(|reply| Write::CallBack(call, reply)).await
    }

    pub(super) async fn report(&self, record: NewRecord) -> Result<(), StoreError> {
        self.ask(|reply| Write::Report(Box::new(record), reply)).await
    }

    pub(super) async fn note_reads(&self, reads: Reads) -> Result<(), StoreError> {
        self.ask(|reply| Write::Reads(reads, reply)).await
    }

    async fn ask<T>(&self, write: impl FnOnce(Reply<T>) -> Write) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(write(reply)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

async fn run(
    (pool, plan): (AnyPool, Plan),
    mut queue: mpsc::Receiver<Write>,
    batches: Histogram,
    stop: CancellationToken,
) {
    let mut waiting = Vec::with_capacity(LARGEST_BATCH);
    loop {
        let received = tokio::select! {
            received = queue.recv_many(&mut waiting, LARGEST_BATCH) => received,
            () = stop.cancelled(), if !queue.is_closed() => {
                queue.close();
                continue;
            }
        };
        if received == 0 {
            return;
        }
        gather(&mut queue, &mut waiting).await;
        // At most 256, which a float holds exactly.
        batches.observe(waiting.len() as f64);
        let batch = Batch::of(waiting.drain(..));
        match batch.commit(&pool, plan).await {
            Ok(written) => batch.answer(written),
            Err(failure) => batch.one_by_one(&pool, plan, failure).await,
        }
    }
}

/// Takes along what is on its way: everyone else who can go on has a turn, and again for as long as
/// that brings more. Small transactions cost as much of the disk as large ones.
async fn gather(queue: &mut mpsc::Receiver<Write>, waiting: &mut Vec<Write>) {
    loop {
        let before = waiting.len();
        tokio::task::yield_now().await;
        while waiting.len() < LARGEST_BATCH
            && let Ok(write) = queue.try_recv()
        {
            waiting.push(write);
        }
        if waiting.len() == before {
            return;
        }
    }
}

/// Writes by their kind, each list in the order of arrival.
#[derive(Default)]
struct Batch {
    completions: Vec<(Arc<Completion>, Reply<Completed>)>,
    accepts: Vec<(Box<NewEvent>, Reply<Accepted>)>,
    claims: Vec<(Claiming, Reply<Vec<Claim>>)>,
    callbacks: Vec<(CalledBack, Reply<()>)>,
    reports: Vec<(Box<NewRecord>, Reply<()>)>,
    reads: Vec<(Reads, Reply<()>)>,
}

/// What came of a batch, in its order.
struct Written {
    completions: Vec<Completed>,
    accepts: Vec<Accepted>,
    claims: Vec<Vec<Claim>>,
    callbacks: Vec<()>,
    reports: Vec<()>,
    reads: Vec<()>,
}

impl Batch {
    fn of(writes: impl IntoIterator<Item = Write>) -> Self {
        let mut batch = Self::default();
        for write in writes {
            match write {
                Write::Accept(event, reply) => batch.accepts.push((event, reply)),
                Write::Complete(completion, reply) => batch.completions.push((completion, reply)),
                Write::Claim(claiming, reply) => batch.claims.push((claiming, reply)),
                Write::CallBack(call, reply) => batch.callbacks.push((call, reply)),
                Write::Report(record, reply) => batch.reports.push((record, reply)),
                Write::Reads(reads, reply) => batch.reads.push((reads, reply)),
            }
        }
        batch
    }

    /// Completions first, claims last: what the others make due is claimed in the same commit.
    async fn commit(&self, pool: &AnyPool, plan: Plan) -> Result<Written, StoreError> {
        let mut transaction = pool.begin().await?;
        let completions: Vec<_> = self.completions.iter().map(|(item, _)| &**item).collect();
        let completions = completion::complete_all(&mut transaction, plan, &completions).await?;
        let accepts: Vec<_> = self.accepts.iter().map(|(item, _)| &**item).collect();
        let accepts = events::accept_all(&mut transaction, plan, &accepts).await?;
        let mut claims = Vec::with_capacity(self.claims.len());
        for (claiming, _) in &self.claims {
            claims.push(claiming.claim(&mut transaction).await?);
        }
        for (call, _) in &self.callbacks {
            callbacks::write(&mut transaction, call).await?;
        }
        let mut reports = Vec::with_capacity(self.reports.len());
        for (record, _) in &self.reports {
            reports.push(telemetry::write(&mut transaction, record).await?);
        }
        let noted: Vec<_> = self.reads.iter().map(|(item, _)| item).collect();
        secret_reads::note_all(&mut transaction, &noted).await?;
        transaction.commit().await?;
        let (callbacks, reads) = (vec![(); self.callbacks.len()], vec![(); self.reads.len()]);
        Ok(Written { completions, accepts, claims, callbacks, reports, reads })
    }

    fn answer(self, written: Written) {
        fn send<W, T>(waiting: Vec<(W, Reply<T>)>, results: Vec<T>) {
            for ((_, reply), result) in waiting.into_iter().zip(results) {
                // Whoever has gone away wants no answer.
                let _ = reply.send(Ok(result));
            }
        }
        send(self.completions, written.completions);
        send(self.accepts, written.accepts);
        send(self.claims, written.claims);
        send(self.callbacks, written.callbacks);
        send(self.reports, written.reports);
        send(self.reads, written.reads);
    }

    fn fail(self, failure: StoreError) {
        let Self { completions, accepts, claims, callbacks, reports, reads } = self;
        if let Some((_, reply)) = completions.into_iter().next() {
            let _ = reply.send(Err(failure));
        } else if let Some((_, reply)) = accepts.into_iter().next() {
            let _ = reply.send(Err(failure));
        } else if let Some((_, reply)) = claims.into_iter().next() {
            let _ = reply.send(Err(failure));
        } else if let Some((_, reply)) = callbacks.into_iter().next() {
            let _ = reply.send(Err(failure));
        } else if let Some((_, reply)) = reports.into_iter().next() {
            let _ = reply.send(Err(failure));
        } else if let Some((_, reply)) = reads.into_iter().next() {
            let _ = reply.send(Err(failure));
        }
    }

    fn singles(self) -> Vec<Self> {
        let completions = self.completions.into_iter();
        let accepts = self.accepts.into_iter();
        let claims = self.claims.into_iter();
        let callbacks = self.callbacks.into_iter();
        let reports = self.reports.into_iter();
        let reads = self.reads.into_iter();
        completions
            .map(|item| Self { completions: vec![item], ..Self::default() })
            .chain(accepts.map(|item| Self { accepts: vec![item], ..Self::default() }))
            .chain(claims.map(|item| Self { claims: vec![item], ..Self::default() }))
            .chain(callbacks.map(|item| Self { callbacks: vec![item], ..Self::default() }))
            .chain(reports.map(|item| Self { reports: vec![item], ..Self::default() }))
            .chain(reads.map(|item| Self { reads: vec![item], ..Self::default() }))
            .collect()
    }

    async fn one_by_one(self, pool: &AnyPool, plan: Plan, failure: StoreError) {
        let mut singles = self.singles();
        if let [_] = singles.as_slice() {
            singles.remove(0).fail(failure);
            return;
        }
        if matches!(failure, StoreError::Busy) {
            singles.into_iter().for_each(|single| single.fail(StoreError::Busy));
            return;
        }
        for single in singles {
            match single.commit(pool, plan).await {
                Ok(written) => single.answer(written),
                Err(failure) => single.fail(failure),
            }
        }
    }
}
