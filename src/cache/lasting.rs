//! What a process that builds again and again keeps as it is, beside what is on the disk.

use super::{Cache, lock};
use crate::base::ContentHash;
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// What so many builds did not use is let go.
const UNUSED_MAX: u32 = 3;

type Value = Arc<dyn Any + Send + Sync>;

/// Values by the hash of everything that they depend on.
#[derive(Default)]
pub(super) struct Lasting {
    values: Mutex<FxHashMap<ContentHash, (Value, u32)>>,
    /// The build under way.
    build: AtomicU32,
}

impl Lasting {
    /// Builds that are over.
    fn builds(&self) -> u32 {
        self.build.load(Ordering::Relaxed)
    }

    /// A build is over.
    pub fn settle(&self) {
        let build = self.build.fetch_add(1, Ordering::Relaxed);
        let mut values = lock(&self.values);
        values.retain(|_, (_, used)| build - *used < UNUSED_MAX);
    }
}

impl Cache {
    /// For a process that builds again and again.
    pub fn lasting(self) -> Self {
        Cache { lasting: Some(Lasting::default()), ..self }
    }

    /// Values are kept.
    pub fn is_lasting(&self) -> bool {
        self.lasting.is_some()
    }

    /// This process has built before: what it did not keep is hardly on the disk.
    pub fn has_built(&self) -> bool {
        self.lasting.as_ref().is_some_and(|lasting| lasting.builds() > 0)
    }

    /// What was kept under a key.
    pub fn kept_value<T: Send + Sync + 'static>(&self, key: ContentHash) -> Option<Arc<T>> {
        let lasting = self.lasting.as_ref()?;
        let mut values = lock(&lasting.values);
        let (value, used) = values.get_mut(&key)?;
        *used = lasting.builds();
        Arc::clone(value).downcast().ok()
    }

    /// Keeps a value, if this process keeps any. `key`: of it and its type alone.
    pub fn keep_value<T: Send + Sync + 'static>(&self, key: ContentHash, value: &Arc<T>) {
        if let Some(lasting) = &self.lasting {
            let value: Value = Arc::<T>::clone(value);
            lock(&lasting.values).insert(key, (value, lasting.builds()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_goes() {
        let cache = Cache::new(None).lasting();
        let key = |name: &str| ContentHash::of(name.as_bytes());
        ["used", "idle"].iter().for_each(|name| cache.keep_value(key(name), &Arc::new(name.to_string())));
        assert!(!cache.has_built());
        for _ in 0..=UNUSED_MAX {
            assert_eq!(cache.kept_value::<String>(key("used")).as_deref().map(String::as_str), Some("used"));
            cache.settle();
        }
        assert!(cache.has_built() && cache.kept_value::<String>(key("idle")).is_none());
        assert!(cache.kept_value::<u32>(key("used")).is_none(), "another type is another value");
        let none = Cache::new(None);
        none.keep_value(key("used"), &Arc::new(1));
        assert!(none.kept_value::<i32>(key("used")).is_none());
    }
}
