//! Reads answers, and says where one is not as expected.

use serde::de::DeserializeOwned;

/// How much of a place is told, in characters.
const LONGEST: usize = 200;

/// Reads JSON.
///
/// # Errors
/// Where it does not fit: the path of the member, for example `data[0].id`; otherwise the line and
/// column. What stands there may be a secret, and serde's own words may repeat it.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Box<str>> {
    serde_json::from_slice(body).map_err(|error| {
        let mut json = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut json) {
            Err(found) if found.path().iter().next().is_some() => {
                found.path().to_string().chars().take(LONGEST).collect()
            }
            _ => format!("line {}, column {}", error.line(), error.column()).into(),
        }
    })
}
