//! Custom data.

use kiket_client::{Error, MOST_PAGES};
use serde_json::{Value, json};

use crate::api::{Api, Reply};

const MODULE: &str = "com.example.crm.contacts";
const TABLE: &str = "automation_records";
const PATH: &str = "/api/v1/ext/custom_data/com.example.crm.contacts/automation_records";

#[tokio::test]
async fn records_are_listed_with_filters_limit_and_cursor() {
    let page = json!({ "data": [{ "id": 1, "email": "a@example.com" }], "next_cursor": "c2" });
    let mut api = Api::saying(page).await;
    let session = api.session();
    let list = session.custom_data(27).list(MODULE, TABLE);
    let page = list.filter("status", "active").filter("age", 7).limit(10).cursor("c1").await;
    let page = page.unwrap();
    assert_eq!((page.data.len(), page.next_cursor.as_deref()), (1, Some("c2")));
    assert_eq!(page.data[0]["email"], "a@example.com");
    let call = api.call().await;
    assert_eq!(call.line(), format!("GET {PATH}"));
    let filters = r#"filters={"age":7,"status":"active"}"#;
    assert_eq!(call.query(), ["cursor=c1", filters, "limit=10", "project_id=27"]);
    assert_eq!(call.body, Value::Null);
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_in_the_query() {
    let mut api = Api::saying(json!({ "data": [] })).await;
    assert_eq!(api.session().custom_data("27").list(MODULE, TABLE).await.unwrap().data.len(), 0);
    assert_eq!(api.call().await.query(), ["project_id=27"]);
}

#[tokio::test]
async fn a_record_is_read_made_changed_and_removed() {
    let one = json!({ "data": { "id": 9, "email": "lead@example.com" } });
    let mut api = Api::saying(one).await;
    let session = api.session();
    let records = session.custom_data(27);

    assert_eq!(records.get(MODULE, TABLE, 9).await.unwrap()["email"], "lead@example.com");
    let call = api.call().await;
    assert_eq!(
        (call.line(), call.query()),
        (format!("GET {PATH}/9"), vec!["project_id=27".into()])
    );

    let lead = json!({ "email": "lead@example.com", "metadata": { "source": "webhook" } });
    assert_eq!(records.create(MODULE, TABLE, lead.clone()).await.unwrap()["id"], 9);
    let call = api.call().await;
    assert_eq!((call.line(), call.query()), (format!("POST {PATH}"), vec!["project_id=27".into()]));
    assert_eq!(call.body, json!({ "record": lead }));
    assert_eq!(call.header("content-type"), Some("application/json"));

    records.update(MODULE, TABLE, 9, json!({ "email": "x@example.com" })).await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), format!("PATCH {PATH}/9"));
    assert_eq!(call.query(), ["project_id=27"]);
    assert_eq!(call.body, json!({ "record": { "email": "x@example.com" } }));

    records.delete(MODULE, TABLE, 9).await.unwrap();
    let call = api.call().await;
    assert_eq!(
        (call.line(), call.query()),
        (format!("DELETE {PATH}/9"), vec!["project_id=27".into()])
    );
    assert_eq!(call.body, Value::Null);
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let page = |ids: [u32; 2], cursor: Option<&str>| {
        let data = ids.map(|id| json!({ "id": id }));
        Reply::json(200, &json!({ "data": data, "next_cursor": cursor }))
    };
    let mut api = Api::answering([page([1, 2], Some("b c")), page([3, 4], None)]).await;
    let session = api.session();
    let mut pages = session.custom_data(27).list(MODULE, TABLE).limit(2).pages();
    let mut ids = Vec::new();
    while let Some(records) = pages.next_page().await.unwrap() {
        ids.extend(records.into_iter().map(|record| record["id"].clone()));
    }
    assert_eq!(ids, [1, 2, 3, 4]);
    assert_eq!(pages.next_page().await.unwrap(), None);
    let [first, second] = api.calls().try_into().ok().unwrap();
    assert_eq!(first.query(), ["limit=2", "project_id=27"]);
    assert_eq!(second.query(), ["cursor=b c", "limit=2", "project_id=27"]);
}

/// A list that seems whole and is not would be worse than a failure.
#[tokio::test]
async fn pages_that_lead_back_end_the_list_with_an_error() {
    let to = |cursor: &str| Reply::json(200, &json!({ "data": [], "next_cursor": cursor }));
    for (replies, given) in [(vec![to("a"), to("a")], 2), (vec![to("a"), to("b"), to("a")], 3)] {
        let mut api = Api::answering(replies).await;
        let session = api.session();
        let mut list = session.custom_data(27).list(MODULE, TABLE).pages();
        for _ in 0..given {
            assert!(list.next_page().await.unwrap().is_some());
        }
        let error = list.next_page().await.unwrap_err();
        let Error::EndlessList { pages, .. } = error else { panic!("{error:?}") };
        assert_eq!((pages, api.calls().len()), (given, given));
        assert!(list.next_page().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_list_has_no_more_pages_than_the_bound() {
    let api = Api::new(|number| async move {
        Reply::json(200, &json!({ "data": [], "next_cursor": number.to_string() }))
    })
    .await;
    let session = api.session();
    let mut list = session.custom_data(27).list(MODULE, TABLE).pages();
    for _ in 0..MOST_PAGES {
        assert!(list.next_page().await.unwrap().is_some());
    }
    let error = list.next_page().await.unwrap_err();
    assert!(matches!(error, Error::EndlessList { pages: MOST_PAGES, .. }), "{error:?}");
}

#[tokio::test]
async fn records_are_read_into_a_type_of_ones_own() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Contact {
        email: String,
    }
    let contact = json!({ "id": 9, "email": "lead@example.com" });
    let odd = json!({ "id": 9, "email": 5 });
    let mut api = Api::answering([
        Reply::json(200, &json!({ "data": contact })),
        Reply::json(200, &json!({ "data": [contact] })),
        Reply::json(200, &json!({ "data": [contact, odd] })),
    ])
    .await;
    let session = api.session();
    let records = session.custom_data(27);
    let expected = Contact { email: "lead@example.com".to_owned() };
    assert_eq!(records.get_as::<Contact>(MODULE, TABLE, 9).await.unwrap(), expected);
    let list = || records.list(MODULE, TABLE).filter("a", 1).of::<Contact>().limit(2);
    assert_eq!(list().await.unwrap().data, [expected]);
    let error = list().await.unwrap_err();
    assert!(error.to_string().contains("at `data[1].email`"), "{error}");
    let calls = api.calls();
    assert_eq!(calls[1].query(), [r#"filters={"a":1}"#, "limit=2", "project_id=27"]);
}

#[tokio::test]
async fn after_a_failure_the_same_page_can_be_asked_for_again() {
    let page = Reply::json(200, &json!({ "data": [{ "id": 1 }] }));
    let api = Api::answering([Reply::status(500), page]).await;
    let session = api.session();
    let mut pages = session.custom_data(27).list(MODULE, TABLE).pages();
    assert_eq!(pages.next_page().await.unwrap_err().status(), Some(500));
    assert_eq!(pages.next_page().await.unwrap().unwrap().len(), 1);
}

#[tokio::test]
async fn no_name_and_no_id_leads_to_another_path() {
    let mut api = Api::saying(json!({ "data": { "id": 1 } })).await;
    let session = api.session();
    let records = session.custom_data(27);
    records.get("a b", "ü/t", "../../r?x=1#y").await.unwrap();
    assert_eq!(
        api.call().await.line(),
        "GET /api/v1/ext/custom_data/a%20b/%C3%BC%2Ft/..%2F..%2Fr%3Fx%3D1%23y"
    );
    for odd in ["", ".", ".."] {
        assert!(records.get(odd, TABLE, 1).await.is_err(), "{odd}");
        assert!(records.list(MODULE, odd).await.is_err(), "{odd}");
        assert!(records.update(MODULE, TABLE, odd, json!({})).await.is_err(), "{odd}");
        assert!(records.delete(MODULE, TABLE, odd).await.is_err(), "{odd}");
    }
    assert!(api.calls().is_empty());
}

#[tokio::test]
async fn percent_signs_plus_signs_and_braces_are_encoded_once() {
    let mut api = Api::saying(json!({ "data": [] })).await;
    let session = api.session();
    session.custom_data(27).list("50%{a}", "x+y z").filter("a+b", "50% {c}&d").await.unwrap();
    let call = api.call().await;
    assert_eq!(call.line(), "GET /api/v1/ext/custom_data/50%25%7Ba%7D/x%2By%20z");
    assert_eq!(call.query(), [r#"filters={"a+b":"50% {c}&d"}"#, "project_id=27"]);
}

#[tokio::test]
async fn that_there_is_no_such_record_is_known_by_the_status_alone() {
    let missing = Reply::json(404, &json!({ "error": "no such record" }));
    let other = Reply::json(500, &json!({ "error": "404 records are broken" }));
    let api = Api::answering([missing, other]).await;
    let session = api.session();
    assert!(session.custom_data(27).get(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
    assert!(!session.custom_data(27).get(MODULE, TABLE, 1).await.unwrap_err().is_not_found());
}
