//! Reads a delivery's body once: the handler's type and the envelope around it.
//!
//! The handler's type is read from the whole object, except that `authentication` and `secrets`
//! are never shown to it. On the way the envelope's members are taken out of the stream as borrowed
//! raw text. Of the other members of the envelope a struct sees those that it has a field for, so
//! `deny_unknown_fields` stays usable; maps and `Value` see them all.

mod fault;

use std::borrow::Cow;
use std::fmt;

use kiket_contract::payload::member;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny};
use serde::de::{IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::Error;
use serde_json::de::StrRead;
use serde_json::value::RawValue;

pub(crate) use fault::Fault;

type Json<'de> = serde_json::Deserializer<StrRead<'de>>;

/// The members of the envelope; the first two are hidden from every handler's type.
const MEMBERS: [&str; 9] = [
    member::AUTHENTICATION,
    member::SECRETS,
    member::EVENT,
    member::EVENT_VERSION,
    member::DELIVERY,
    member::API,
    member::SECRET_STATUS,
    member::CONTEXT,
    member::ACTION_KEY,
];
const HIDDEN: usize = 2;

/// The envelope's members as raw text.
#[derive(Default)]
pub(crate) struct Envelope<'a> {
    raw: [Option<&'a RawValue>; MEMBERS.len()],
    repeated: Option<&'static str>,
}

impl<'a> Envelope<'a> {
    /// A member of the envelope, read as `T`.
    pub(crate) fn get<T: Deserialize<'a>>(&self, member: &'static str) -> Result<Option<T>, Fault> {
        let found = MEMBERS.iter().position(|name| *name == member);
        match found.and_then(|index| self.raw[index]) {
            Some(raw) => match serde_json::from_str(raw.get()) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(Fault::Member(member)),
            },
            None => Ok(None),
        }
    }

    /// Whether there is such a member, in whatever form.
    pub(crate) fn has(&self, member: &'static str) -> bool {
        MEMBERS.iter().zip(&self.raw).any(|(name, raw)| *name == member && raw.is_some())
    }

    /// The text before and after the value of a member.
    pub(crate) fn around<'t>(&self, text: &'t str, member: &'static str) -> (&'t str, &'t str) {
        let found = MEMBERS.iter().position(|name| *name == member);
        let parts = found.and_then(|index| self.raw[index]).and_then(|raw| {
            let start = raw.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
            Some((text.get(..start)?, text.get(start + raw.get().len()..)?))
        });
        parts.unwrap_or((text, ""))
    }

    fn put(&mut self, index: usize, raw: &'a RawValue) -> Result<(), Error> {
        if self.raw[index].replace(raw).is_some() {
            self.repeated = Some(MEMBERS[index]);
            return Err(Error::custom("repeated member"));
        }
        Ok(())
    }
}

/// Reads the handler's type, and the envelope as far as the text was read.
pub(crate) fn read<'a, T: DeserializeOwned>(
    text: &'a str,
    envelope: &mut Envelope<'a>,
) -> Result<T, Fault> {
    let mut json = Json::from_str(text);
    let payload = T::deserialize(Object { json: &mut json, envelope });
    payload
        .and_then(|payload| json.end().map(|()| payload))
        .map_err(|error| fault::explain::<T>(text, envelope, &error))
}

/// The key of the action that a body calls, `None` for every other body.
pub(crate) fn action_key(text: &str) -> Option<Cow<'_, str>> {
    let mut envelope = Envelope::default();
    read::<IgnoredAny>(text, &mut envelope).ok()?;
    let Key(key) = envelope.get(member::ACTION_KEY).ok()??;
    Some(key)
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

impl<A> Members<'_, '_, A> {
    fn shows(&self, index: usize) -> bool {
        index >= HIDDEN && self.fields.is_none_or(|fields| fields.contains(&MEMBERS[index]))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.map.next_key()? {
            let Some(index) = MEMBERS.iter().position(|name| *name == key) else {
                return seed.deserialize(key.into_deserializer()).map(Some);
            };
            let raw = self.map.next_value()?;
            self.envelope.put(index, raw).map_err(A::Error::custom)?;
            if self.shows(index) {
                self.taken = Some(raw);
                return seed.deserialize(MEMBERS[index].into_deserializer()).map(Some);
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

#[cfg(test)]
mod tests;
