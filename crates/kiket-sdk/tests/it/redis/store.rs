//! What the tests see of Redis, each in its own extension's keys.

use kiket_sdk::EffectivelyOnce;
use kiket_sdk::prelude::*;
use redis::{Commands, Connection};

use crate::program::extension_with_id;
use crate::services;

/// The keys of one test. They are removed with it.
pub(crate) struct Store {
    pub(crate) url: String,
    pub(crate) id: String,
}

impl Store {
    /// Nothing when the machine has no Redis: then the test is skipped.
    pub(crate) fn connected() -> Option<Self> {
        services::redis().map(Self::at)
    }

    pub(crate) fn at(url: String) -> Self {
        Self { url, id: format!("com.example.test-{}", kiket_sdk::DeliveryId::new()) }
    }

    /// An extension that remembers its deliveries here.
    pub(crate) fn extension(&self) -> Extension {
        self.extension_through(&self.url)
    }

    /// One that reaches this Redis in another way.
    pub(crate) fn extension_through(&self, url: &str) -> Extension {
        extension_with_id(&self.id).effectively_once(EffectivelyOnce::Redis(url.into()))
    }

    pub(crate) fn connection(&self) -> Connection {
        redis::Client::open(self.url.as_str()).unwrap().get_connection().unwrap()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.connection().keys(format!("kiket:{{{}}}:*", self.id)).unwrap()
    }

    /// The key of the delivery with this id.
    pub(crate) fn key(&self, delivery: &str) -> String {
        format!("kiket:{{{}}}:id:{delivery}", self.id)
    }

    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.connection().get(key).unwrap()
    }

    /// In how many milliseconds the key expires.
    pub(crate) fn expires_in(&self, key: &str) -> i64 {
        redis::cmd("PTTL").arg(key).query(&mut self.connection()).unwrap()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let keys = self.keys();
        if !keys.is_empty() {
            let _: () = self.connection().del(keys).unwrap();
        }
    }
}
