//! The channel layer of one process.

use super::{Channel, ChannelLayer, is_name};
use futures_util::future::BoxFuture;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

type Groups = HashMap<String, BTreeMap<u64, Channel>>;

/// Groups in memory.
#[derive(Debug, Default)]
pub(crate) struct LocalLayer(Mutex<Groups>);

impl LocalLayer {
    fn with<T>(&self, act: impl FnOnce(&mut Groups) -> T) -> T {
        let mut groups: MutexGuard<'_, Groups> =
            self.0.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut groups)
    }
}

impl ChannelLayer for LocalLayer {
    fn group_add<'a>(&'a self, group: &'a str, channel: Channel) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if is_name(group) {
                self.with(|groups| {
                    let members = groups.entry(group.to_owned()).or_default();
                    members.retain(|_, member| !member.is_closed());
                    members.insert(channel.id(), channel);
                });
            }
        })
    }

    fn group_discard<'a>(&'a self, group: &'a str, channel: &'a Channel) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.with(|groups| {
                if let Some(members) = groups.get_mut(group) {
                    members.remove(&channel.id());
                    if members.is_empty() {
                        groups.remove(group);
                    }
                }
            });
        })
    }

    fn group_send<'a>(&'a self, group: &'a str, text: String) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let members: Vec<Channel> = self
                .with(|groups| groups.get(group).map(|m| m.values().cloned().collect()))
                .unwrap_or_default();
            members.iter().for_each(|member| member.send(&text));
        })
    }

    fn forget<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            self.with(|groups| {
                groups.retain(|_, members| {
                    members.remove(&channel.id());
                    !members.is_empty()
                });
            });
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, ChannelLayer, LocalLayer};
    use crate::socket::{Bounds, Outbox};
    use std::{sync::Arc, time::Duration};

    #[tokio::test]
    async fn a_group_hears_what_is_sent_to_it() {
        let layer = LocalLayer::default();
        let bounds = Bounds { frames: 8, bytes: 1_000, slow_for: Duration::from_secs(1) };
        let [ann, bob] =
            [(); 2].map(|()| Channel(Arc::new(Outbox::new(bounds, false, Arc::default()))));
        layer.group_add("friends", ann.clone()).await;
        layer.group_add("friends", bob.clone()).await;
        layer.group_add("no such name!", bob.clone()).await;
        layer.group_discard("friends", &bob).await;
        layer.group_send("friends", "hello".into()).await;
        layer.group_send("no such name!", "hidden".into()).await;
        assert_eq!(ann.0.waiting(), "hello".len());
        assert_eq!(bob.0.waiting(), 0, "it has left one group, and the other has no name");
        layer.forget(&ann).await;
        assert!(layer.0.lock().unwrap().is_empty());
    }
}
