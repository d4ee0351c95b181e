//! The events of what calls a function, in the form that AWS documents for each.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use kiket_contract::header;
use serde_json::{Map, Value, json};

use crate::program::{NOW, SECRET};
use crate::wire::{PATH, sign};

/// Every source of events, API Gateway each with a named stage.
pub(crate) const SOURCES: [fn(&Sent) -> Value; 4] = [rest_api, http_api, function_url, alb];

/// A request before AWS makes an event of it.
pub(crate) struct Sent {
    method: &'static str,
    path: String,
    query: Option<(&'static str, &'static str)>,
    headers: Map<String, Value>,
    text: String,
    is_base64: bool,
}

impl Sent {
    pub(crate) fn get(path: &str) -> Self {
        let mut headers = Map::new();
        headers.insert("host".to_owned(), json!("abc123.example.com"));
        headers.insert("x-forwarded-proto".to_owned(), json!("https"));
        let (path, text) = (path.to_owned(), String::new());
        Self { method: "GET", path, query: None, headers, text, is_base64: false }
    }

    /// A POST of this body, signed.
    pub(crate) fn signed(body: &Value) -> Self {
        let (text, timestamp) = (body.to_string(), NOW.to_string());
        let signature = sign(SECRET, Some(&timestamp), text.as_bytes());
        let sent = Self { method: "POST", ..Self::get(PATH) };
        sent.header("content-type", "application/json")
            .header(&header::TIMESTAMP.to_lowercase(), &timestamp)
            .header(&header::SIGNATURE.to_lowercase(), &signature)
            .text(&text)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), json!(value));
        self
    }

    pub(crate) fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// One pair, as `name=value`.
    pub(crate) fn query(mut self, pair: &'static str) -> Self {
        self.query = pair.split_once('=');
        self
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// Whether the body comes in base64.
    pub(crate) fn base64(mut self, yes: bool) -> Self {
        self.is_base64 = yes;
        self
    }

    fn body(&self) -> Value {
        match (self.text.as_str(), self.is_base64) {
            ("", _) => Value::Null,
            (text, true) => json!(BASE64_STANDARD.encode(text)),
            (text, false) => json!(text),
        }
    }

    fn parameters(&self) -> Option<Map<String, Value>> {
        let (name, value) = self.query?;
        Some(Map::from_iter([(name.to_owned(), json!(value))]))
    }

    fn raw_query(&self) -> String {
        self.query.map(|(name, value)| format!("{name}={value}")).unwrap_or_default()
    }

    /// Each with a list of its values.
    fn listed(values: &Map<String, Value>) -> Map<String, Value> {
        values.iter().map(|(name, value)| (name.clone(), json!([value]))).collect()
    }
}

/// An API Gateway REST API (payload format 1.0), in the stage `prod`.
pub(crate) fn rest_api(sent: &Sent) -> Value {
    json!({
        "resource": "/{proxy+}",
        "path": sent.path,
        "httpMethod": sent.method,
        "headers": sent.headers,
        "multiValueHeaders": Sent::listed(&sent.headers),
        "queryStringParameters": sent.parameters(),
        "multiValueQueryStringParameters":
            sent.parameters().map(|parameters| Sent::listed(&parameters)),
        "pathParameters": { "proxy": sent.path.trim_start_matches('/') },
        "stageVariables": null,
        "requestContext": {
            "resourceId": "2gxmpl",
            "resourcePath": "/{proxy+}",
            "httpMethod": sent.method,
            "extendedRequestId": "JJbxmplHYosFVYQ=",
            "requestTime": "21/Nov/2025:10:00:00 +0000",
            "requestTimeEpoch": 1_763_719_200_000_i64,
            "path": format!("/prod{}", sent.path),
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": "prod",
            "domainPrefix": "abc123",
            "requestId": "77375676-xmpl-4b79-853a-f982474efe18",
            "identity": {
                "cognitoIdentityPoolId": null,
                "accountId": null,
                "sourceIp": "192.0.2.1",
                "userAgent": "kiket",
                "user": null,
            },
            "domainName": "abc123.example.com",
            "apiId": "abc123",
        },
        "body": sent.body(),
        "isBase64Encoded": sent.is_base64,
    })
}

/// An API Gateway HTTP API (payload format 2.0), in the stage `prod`, which its paths name.
pub(crate) fn http_api(sent: &Sent) -> Value {
    format_2(sent, "prod", &format!("/prod{}", sent.path))
}

/// A function URL.
pub(crate) fn function_url(sent: &Sent) -> Value {
    format_2(sent, "$default", &sent.path)
}

fn format_2(sent: &Sent, stage: &str, path: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": sent.raw_query(),
        "headers": sent.headers,
        "queryStringParameters": sent.parameters(),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "authentication": null,
            "domainName": "abc123.example.com",
            "domainPrefix": "abc123",
            "http": {
                "method": sent.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "kiket",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": stage,
            "time": "21/Nov/2025:10:00:00 +0000",
            "timeEpoch": 1_763_719_200_000_i64,
        },
        "body": sent.body(),
        "isBase64Encoded": sent.is_base64,
    })
}

/// An Application Load Balancer.
pub(crate) fn alb(sent: &Sent) -> Value {
    json!({
        "requestContext": {
            "elb": {
                "targetGroupArn":
                    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/crm/49e9d65c",
            },
        },
        "httpMethod": sent.method,
        "path": sent.path,
        "queryStringParameters": sent.parameters().unwrap_or_default(),
        "headers": sent.headers,
        "body": sent.body().as_str().unwrap_or_default(),
        "isBase64Encoded": sent.is_base64,
    })
}
