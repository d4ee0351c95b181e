//! The description of the API.

use insta::assert_json_snapshot;

use crate::harness::Setup;

#[tokio::test]
async fn the_document_is_open_and_says_what_it_said() {
    let setup = Setup::new(&[]).await;
    let (status, document) = setup.get("/api/v1/openapi.json", &[]).await;
    assert_eq!(status, 200);
    assert_json_snapshot!(document);
}
