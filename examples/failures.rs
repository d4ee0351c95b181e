//! My handler fails: will Kiket call again? `?` asks for another attempt; say so where that is
//! useless, and say how long to wait where you know it.

use std::time::Duration;

use kiket_sdk::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Invoice {
    amount: String,
    customer: Option<String>,
}

#[webhook("invoice.issued", version = "v1")]
async fn issued(invoice: Invoice, _context: Context) -> Result {
    // 422: no attempt mends it. What went wrong is logged, what the caller sees is this text.
    let amount: u32 = invoice.amount.parse().or_permanent(422, "the amount is not a number")?;
    let customer = invoice.customer.or_permanent(422, "the invoice has no customer")?;
    if is_busy(&customer) {
        // 503 with Retry-After.
        let busy = HandlerError::retryable("the ledger is busy");
        return Err(busy.retry_after(Duration::from_secs(60)));
    }
    // 500: a fault of our own; the caller learns nothing of it.
    book(amount)?;
    Ok(())
}

fn is_busy(customer: &str) -> bool {
    customer == "busy"
}

fn book(amount: u32) -> std::io::Result<()> {
    if amount > 1_000 { Err(std::io::Error::other("the ledger is closed")) } else { Ok(()) }
}

#[tokio::main]
async fn main() -> Result<(), kiket_sdk::Error> {
    Extension::new("com.example.ledger").load(handlers![issued]).run("0.0.0.0:8080").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_failure_has_its_status() {
        for (amount, customer, status) in [
            ("many", Some("ada"), 422),
            ("10", None, 422),
            ("10", Some("busy"), 503),
            ("2000", Some("ada"), 500),
        ] {
            let invoice =
                Invoice { amount: amount.to_owned(), customer: customer.map(str::to_owned) };
            let error = issued(invoice, Context::for_test()).await.unwrap_err();
            assert_eq!(error.status(), status, "{error}");
        }
    }
}
