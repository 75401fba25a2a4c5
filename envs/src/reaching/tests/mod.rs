//! What must be true of reaching that cannot be seen from outside.

use super::*;
use crate::registry::Registry;

mod arm;
mod trials;

fn spec(id: &str) -> ReachingSpec {
    let yaml = Registry::default().task(id).unwrap().yaml();
    Document::parse(id, &yaml).unwrap().read().unwrap()
}
