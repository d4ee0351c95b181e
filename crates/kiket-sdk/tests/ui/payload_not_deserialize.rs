use kiket_sdk::prelude::*;

struct IssueCreated;

#[webhook("issue.created", version = "v1")]
async fn created(_payload: IssueCreated, _context: Context) -> Result {
    Ok(())
}

fn main() {
    let _ = handlers![created];
}
