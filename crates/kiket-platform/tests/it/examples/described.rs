//! Operations of the description, with their examples.

use std::fmt;

use serde_json::Value;

use super::shape;

const JSON: &str = "application/json";
/// The document, which is no example of itself.
const DOCUMENT: &str = "GET /api/v1/openapi.json";

/// One operation.
pub(super) struct Operation {
    /// Its method and its path, as the description has them.
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    described: Value,
    document: Value,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// An answer with an example, as the description has it.
struct Answer<'a> {
    status: u16,
    media: &'a str,
    content: &'a Value,
}

pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, described)| {
            let method = method.to_uppercase();
            Operation {
                name: format!("{method} {path}"),
                method,
                path: path.clone(),
                described: described.clone(),
                document: document.clone(),
            }
        })
    });
    each.collect()
}

impl Operation {
    /// Whether operators call it.
    pub(super) fn is_for_operators(&self) -> bool {
        self.described["security"][0].get("operator").is_some()
    }

    /// Whether extensions call it.
    pub(super) fn is_for_extensions(&self) -> bool {
        self.described["security"][0].get("runtime_token").is_some()
    }

    /// The examples of its parameters in this place: `path`, `query` or `header`.
    pub(super) fn parameters(&self, place: &str) -> Vec<(&str, &Value)> {
        let all = self.described["parameters"].as_array().into_iter().flatten();
        all.filter(|it| it["in"] == place)
            .filter_map(|it| Some((it["name"].as_str()?, it.get("example")?)))
            .collect()
    }

    /// The example of its body.
    pub(super) fn body(&self) -> Option<&Value> {
        self.described.pointer("/requestBody/content/application~1json/example")
    }

    fn answers(&self) -> impl Iterator<Item = Answer<'_>> {
        let responses = self.described["responses"].as_object().unwrap().iter();
        responses.filter_map(|(status, response)| {
            let (media, content) = response["content"].as_object()?.iter().next()?;
            Some(Answer { status: status.parse().ok()?, media, content })
        })
    }

    /// What a call with the example is answered with.
    fn usual(&self) -> Answer<'_> {
        let refusal = self.answers().find(|it| (400..500).contains(&it.status));
        refusal.or_else(|| self.answers().find(|it| it.status < 300)).unwrap()
    }

    /// An example of the usual answer, if there is one.
    pub(super) fn example(&self) -> &Value {
        &self.usual().content["example"]
    }

    /// What does not fit the schema, in which places.
    fn unfit(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut schema = schema.clone();
        // A schema that everything fits is `true`.
        let Some(members) = schema.as_object_mut() else { return Vec::new() };
        members.insert("components".to_owned(), self.document["components"].clone());
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.unwrap_or_else(|error| panic!("the schema of {self}: {error}"));
        let faults = validator.iter_errors(value);
        faults.map(|fault| format!("{self}: {fault} at {}", fault.instance_path())).collect()
    }

    /// Examples that are missing or do not fit.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut check = |what: &str, described: &Value| match described.get("example") {
            Some(example) => faults.extend(self.unfit(&described["schema"], example)),
            None => faults.push(format!("{self} has no example of {what}")),
        };
        for parameter in self.described["parameters"].as_array().into_iter().flatten() {
            if parameter["required"] == true || parameter.get("example").is_some() {
                check(parameter["name"].as_str().unwrap(), parameter);
            }
        }
        if let Some(body) = self.described.pointer("/requestBody/content/application~1json") {
            check("its body", body);
        }
        for answer in self.answers().filter(|it| it.media == JSON) {
            check(&format!("the answer {}", answer.status), answer.content);
        }
        faults
    }

    /// Where an answer is not as described.
    pub(super) fn differences(&self, status: u16, answer: &Value) -> Vec<String> {
        let usual = self.usual();
        if status != usual.status {
            return vec![format!("{self}: {status} instead of {}: {answer}", usual.status)];
        }
        if self.name == DOCUMENT {
            assert_eq!(answer, &self.document);
            return Vec::new();
        }
        let example = &usual.content["example"];
        if let (Value::String(example), Value::String(answer)) = (example, answer) {
            return shape::missing_lines(example, answer)
                .map(|line| format!("{self}: {line}"))
                .collect();
        }
        let mut faults = self.unfit(&usual.content["schema"], answer);
        let differences = shape::differences(example, answer);
        faults.extend(differences.into_iter().map(|difference| format!("{self}: {difference}")));
        faults
    }
}
