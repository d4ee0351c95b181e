//! Reads a delivery's body once: the handler's type and the envelope around it.
//!
//! The handler's type is read from the whole object, except that `authentication` and `secrets`
//! are never shown to it. On the way the envelope is taken out of the stream: what nobody else sees
//! is read where it stands, the rest is kept as borrowed raw text. Of that a struct sees the members
//! that it has a field for, so `deny_unknown_fields` stays usable; maps and `Value` see them all.

mod fault;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use kiket_contract::payload::{Authentication, Delivery, SecretStatus, member};
use kiket_contract::secret::Secret;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _};
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::de::StrRead;
use serde_json::value::RawValue;
use serde_json::{Error, Value};

pub(crate) use fault::Fault;

type Json<'de> = serde_json::Deserializer<StrRead<'de>>;

/// The members of the envelope that a handler's type may see.
const SHOWN: [&str; 7] = [
    member::EVENT,
    member::EVENT_VERSION,
    member::DELIVERY,
    member::API,
    member::SECRET_STATUS,
    member::CONTEXT,
    member::ACTION_KEY,
];

/// The members that only inform, and are left out when they have another form.
const INFORMING: [&str; 2] = [member::DELIVERY, member::SECRET_STATUS];

/// The envelope of a body.
#[derive(Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) authentication: Option<Authentication>,
    pub(crate) secrets: Option<BTreeMap<String, Secret>>,
    /// What only informs, as the next one: there if it has the form that it should have.
    pub(crate) delivery: Option<Delivery>,
    pub(crate) secret_status: Option<SecretStatus>,
    /// The event's context, where the handler's type does not see it.
    context: Option<Value>,
    /// Whether the members that only inform are kept as text, whatever the handler's type sees.
    informs_as_text: bool,
    raw: [Option<&'a RawValue>; SHOWN.len()],
    /// The member at which reading stopped, because it stands there twice.
    repeated: Option<&'static str>,
    /// The member at which reading stopped, because it has another form.
    malformed: Option<&'static str>,
}

impl<'a> Envelope<'a> {
    /// A member of those that a handler's type may see, read as `T`.
    pub(crate) fn get<T: Deserialize<'a>>(&self, member: &'static str) -> Result<Option<T>, Fault> {
        match self.raw(member) {
            Some(raw) => match serde_json::from_str(raw.get()) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Fault::Member(member)),
            },
            None => Ok(None),
        }
    }

    /// Reads what only informs, where it was kept as text.
    fn inform(&mut self) {
        if self.delivery.is_none() {
            self.delivery = self.get(member::DELIVERY).ok().flatten();
        }
        if self.secret_status.is_none() {
            self.secret_status = self.get(member::SECRET_STATUS).ok().flatten();
        }
    }

    /// The member `context`.
    pub(crate) fn take_context(&mut self) -> Result<Option<Value>, Fault> {
        match self.context.take() {
            Some(context) => Ok(Some(context)),
            None => self.get(member::CONTEXT),
        }
    }

    /// Whether there is such a member, in whatever form.
    pub(crate) fn has(&self, member: &'static str) -> bool {
        self.raw(member).is_some()
    }

    /// Whether a member is exactly this text, written without escapes.
    pub(crate) fn says(&self, member: &'static str, text: &str) -> bool {
        let written = self.raw(member).and_then(|raw| raw.get().strip_prefix('"'));
        written.and_then(|written| written.strip_suffix('"')) == Some(text)
    }

    /// The text of a member of those that a handler's type may see.
    pub(crate) fn raw(&self, member: &'static str) -> Option<&'a RawValue> {
        SHOWN.iter().position(|name| *name == member).and_then(|index| self.raw[index])
    }
}

/// Reads the handler's type, and the envelope as far as the text was read.
pub(crate) fn read<'a, T: DeserializeOwned>(
    text: &'a str,
    envelope: &mut Envelope<'a>,
) -> Result<T, Fault> {
    let mut payload = read_once(text, envelope);
    // What only informs may have another form, and an event may have a member of that name.
    if payload.is_err() && envelope.malformed.is_some_and(|member| INFORMING.contains(&member)) {
        *envelope = Envelope { informs_as_text: true, ..Envelope::default() };
        payload = read_once(text, envelope);
    }
    envelope.inform();
    payload.map_err(|error| fault::explain::<T>(text, envelope, &error))
}

fn read_once<'a, T: DeserializeOwned>(
    text: &'a str,
    envelope: &mut Envelope<'a>,
) -> Result<T, Error> {
    let mut json = Json::from_str(text);
    let payload = T::deserialize(Object { json: &mut json, envelope })?;
    json.end()?;
    Ok(payload)
}

/// The key of the action that a body calls, `None` for every other body.
pub(crate) fn action_key(text: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Call<'a> {
        #[serde(borrow)]
        action_key: Option<Key<'a>>,
    }
    // serde would take an array's elements for the members.
    let is_object = text.trim_ascii_start().starts_with('{');
    let call: Call<'_> = is_object.then(|| serde_json::from_str(text).ok())??;
    call.action_key.map(|Key(key)| key)
}

/// The body's object, as the handler's type sees it.
struct Object<'e, 'de> {
    json: &'e mut Json<'de>,
    envelope: &'e mut Envelope<'de>,
}

impl<'de> Object<'_, 'de> {
    fn read<V: Visitor<'de>>(
        self,
        visitor: V,
        fields: Option<&'static [&'static str]>,
    ) -> Result<V::Value, Error> {
        self.json.deserialize_map(Take { visitor, envelope: self.envelope, fields })
    }
}

impl<'de> Deserializer<'de> for Object<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.read(visitor, None)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.read(visitor, Some(fields))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Hands an object on to the handler type's own visitor, without the envelope.
struct Take<'e, 'de, V> {
    visitor: V,
    envelope: &'e mut Envelope<'de>,
    fields: Option<&'static [&'static str]>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Take<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, envelope, fields } = self;
        visitor.visit_map(Members { map, envelope, fields, taken: None })
    }
}

struct Members<'e, 'de, A> {
    map: A,
    envelope: &'e mut Envelope<'de>,
    fields: Option<&'static [&'static str]>,
    /// The value of the key that was handed on last, when the envelope took it.
    taken: Option<&'de RawValue>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>> Members<'_, 'de, A> {
    /// Takes the value of a member that no handler's type sees; `false` leaves it where it is.
    fn take_hidden(&mut self, key: &str) -> Result<bool, A::Error> {
        let Self { map, envelope, fields, .. } = self;
        let is_hidden = |member| fields.is_some_and(|fields| !fields.contains(&member));
        let informs_as_text = envelope.informs_as_text;
        let Envelope { authentication, secrets, delivery, secret_status, context, .. } = envelope;
        let (repeated, malformed) = (&mut envelope.repeated, &mut envelope.malformed);
        let mut reading = Reading { map, repeated, malformed };
        match key {
            member::AUTHENTICATION => reading.read_to(authentication, member::AUTHENTICATION)?,
            member::SECRETS => reading.read_to(secrets, member::SECRETS)?,
            member::CONTEXT if is_hidden(member::CONTEXT) => {
                reading.read_to(context, member::CONTEXT)?;
            }
            _ if informs_as_text => return Ok(false),
            member::DELIVERY if is_hidden(member::DELIVERY) => {
                reading.read_to(delivery, member::DELIVERY)?;
            }
            member::SECRET_STATUS if is_hidden(member::SECRET_STATUS) => {
                reading.read_to(secret_status, member::SECRET_STATUS)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Keeps the value of a member as raw text.
    fn keep(&mut self, index: usize) -> Result<&'de RawValue, A::Error> {
        let raw = self.map.next_value()?;
        if self.envelope.raw[index].replace(raw).is_some() {
            self.envelope.repeated = Some(SHOWN[index]);
            return Err(A::Error::custom("repeated member"));
        }
        Ok(raw)
    }
}

/// A member's value that is about to be read.
struct Reading<'r, A> {
    map: &'r mut A,
    repeated: &'r mut Option<&'static str>,
    malformed: &'r mut Option<&'static str>,
}

impl<'de, A: MapAccess<'de>> Reading<'_, A> {
    fn read_to<T: Deserialize<'de>>(
        &mut self,
        slot: &mut Option<T>,
        member: &'static str,
    ) -> Result<(), A::Error> {
        if slot.is_some() {
            *self.repeated = Some(member);
            return Err(A::Error::custom("repeated member"));
        }
        *self.malformed = Some(member);
        *slot = Some(self.map.next_value()?);
        *self.malformed = None;
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.map.next_key()? {
            if self.take_hidden(&key)? {
                continue;
            }
            let Some(index) = SHOWN.iter().position(|name| *name == key) else {
                return seed.deserialize(key.into_deserializer()).map(Some);
            };
            let raw = self.keep(index)?;
            if self.fields.is_none_or(|fields| fields.contains(&SHOWN[index])) {
                self.taken = Some(raw);
                return seed.deserialize(SHOWN[index].into_deserializer()).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.taken.take() {
            Some(raw) => seed.deserialize(&mut Json::from_str(raw.get())).map_err(A::Error::custom),
            None => self.map.next_value_seed(seed),
        }
    }
}

/// The text before and after the value of the member `authentication`.
pub(crate) fn around_authentication(text: &str) -> (&str, &str) {
    #[derive(Deserialize)]
    struct Body<'a> {
        #[serde(borrow)]
        authentication: Option<&'a RawValue>,
    }
    let raw = serde_json::from_str(text).ok().and_then(|body: Body<'_>| body.authentication);
    let parts = raw.and_then(|raw| {
        let start = raw.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
        Some((text.get(..start)?, text.get(start + raw.get().len()..)?))
    });
    parts.unwrap_or((text, ""))
}

#[cfg(test)]
mod tests;
