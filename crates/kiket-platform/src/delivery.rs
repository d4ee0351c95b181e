//! Delivering, and its promise: an event that was answered with 202 is delivered at least once to
//! every installation that wants it, or ends in a recorded failure that an operator can see and
//! redeliver. There is nothing in between, whatever crashes.
//!
//! The cast, in the order in which a delivery meets it:
//!
//! - [`plan`] decides who gets an event, inside the transaction that accepts it;
//! - [`worker`] claims what is due under a lease and keeps a bounded number of attempts going, by
//!   [`in_flight`] a few to each installation;
//! - [`attempt`] makes one POST: body, secrets, token, signature, deadline, bounded answer;
//! - [`policy`] says what the outcome means: done, over, or when to try again;
//! - [`record`] writes the attempt, the state it leads to and what follows from that.
//!
//! What survives a crash is what the store holds. An event and its deliveries commit together, an
//! attempt and the state it leads to commit together, and a claim is a lease that runs out by
//! itself. So a node that dies in the middle of an attempt causes a repetition, never a loss:
//! leases only make duplicates rare, and receivers tell them by the delivery's id.

pub(crate) mod attempt;
mod in_flight;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod record;
pub(crate) mod redact;
pub(crate) mod turns;
pub(crate) mod verdict;
pub(crate) mod worker;
