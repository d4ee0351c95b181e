//! The key set, which anyone may read.

use super::world::World;

pub(super) async fn calls(world: &World) {
    let keys = world.client.key_set().await.unwrap();
    assert!(!keys.keys.is_empty());
}
