//! The values of an extension's settings, from wherever they come.

use std::collections::BTreeMap;

use kiket_contract::secret::Secret;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::Manifest;

/// The values of settings; those of secret ones apart. `Debug` shows no secret.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// The values of the settings that are not secret.
    pub values: Map<String, Value>,
    /// The values of the secret ones.
    pub secrets: BTreeMap<String, Secret>,
    /// The required settings without a value.
    pub missing: Vec<String>,
}

/// A setting's value is not what the program asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the setting `{key}` {problem}; correct its value or its type in the manifest")]
pub struct WrongType {
    /// The setting.
    pub key: String,
    /// What is wrong with it, without the value.
    pub problem: String,
}

impl Manifest {
    /// The value of every setting: the manifest's default; over it, for a secret setting, what
    /// `secret` finds for its key, such as [`crate::secret_in_environment`]; over both what the
    /// program gives.
    ///
    /// A default that is a reference is resolved with `lookup`. Empty secrets count as none. What
    /// the program gives need not be declared.
    ///
    /// ```
    /// use kiket_manifest::{parse, secret_in_environment};
    ///
    /// let manifest = parse(r#"
    /// id: com.example.crm
    /// settings:
    ///   - {key: limit, type: integer, default: "3"}
    ///   - {key: api_token, secret: true, required: true}
    /// "#)?;
    /// let environment = |name: &str| (name == "KIKET_SECRET_API_TOKEN").then(|| "t".to_owned());
    /// let secret = |key: &str| secret_in_environment(key, environment);
    /// let configuration = manifest.configuration(environment, secret, serde_json::Map::new());
    /// assert_eq!(configuration.get::<u32>("limit")?, Some(3));
    /// assert_eq!(configuration.secrets["api_token"].expose(), "t");
    /// assert!(configuration.missing.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn configuration(
        &self,
        lookup: impl Fn(&str) -> Option<String>,
        secret: impl Fn(&str) -> Option<Secret>,
        given: Map<String, Value>,
    ) -> Configuration {
        let mut configuration = Configuration { values: given, ..Configuration::default() };
        for setting in &self.settings {
            let key = &setting.key.value;
            let given = configuration.values.remove(key).map(|value| setting.typed(value));
            if setting.secret {
                let given = given.map(text).filter(|value| !value.is_empty());
                let default = || setting.default_value(&lookup).map(text);
                let value = given.or_else(|| secret(key)).or_else(default);
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    configuration.secrets.insert(key.clone(), value);
                    continue;
                }
            } else if let Some(value) = given.or_else(|| setting.default_value(&lookup)) {
                configuration.values.insert(key.clone(), value);
                continue;
            }
            if setting.required {
                configuration.missing.push(key.clone());
            }
        }
        configuration
    }
}

impl Configuration {
    /// The value of a setting that is not secret, as the program's own type.
    ///
    /// # Errors
    /// When there is a value and it is of another type.
    pub fn get<'a, T: Deserialize<'a>>(&'a self, key: &str) -> Result<Option<T>, WrongType> {
        let value = self.values.get(key).filter(|value| !value.is_null());
        let wrong = |error: serde_json::Error| WrongType {
            key: key.to_owned(),
            problem: format!("has a value of another type ({error})"),
        };
        value.map(T::deserialize).transpose().map_err(wrong)
    }
}

fn text(value: Value) -> Secret {
    match value {
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}
