//! TypeScript from a game's Rust types, for pages without a build step.

use parlor_core::Game;
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

/// The declarations of a game's action, event and view, under these names, and of all they are made of.
pub(crate) fn of<G: Game>() -> String {
    // JSON.parse gives numbers, also where Rust has 64 bits.
    let config = Config::default().with_large_int("number");
    let mut named = Named { config: &config, declared: BTreeMap::new() };
    <G::Action as TS>::visit_dependencies(&mut named);
    <G::Event as TS>::visit_dependencies(&mut named);
    <G::View as TS>::visit_dependencies(&mut named);
    let mut out = format!(
        "// Generated from the Rust types of {} by `cargo run -- types`; do not edit.\n",
        G::NAME
    );
    for (name, declaration) in &named.declared {
        if !["Action", "Event", "View"].contains(&name.as_str()) {
            out.push_str(&format!("export {declaration}\n"));
        }
    }
    for (name, inline) in [
        ("Action", <G::Action as TS>::inline(&config)),
        ("Event", <G::Event as TS>::inline(&config)),
        ("View", <G::View as TS>::inline(&config)),
    ] {
        let inline = if inline.trim().is_empty() { "never".to_owned() } else { inline };
        out.push_str(&format!("export type {name} = {inline};\n"));
    }
    out
}

/// Every named type that is met on the way.
struct Named<'a> {
    config: &'a Config,
    declared: BTreeMap<String, String>,
}

impl TypeVisitor for Named<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            return;
        }
        let name = T::ident(self.config);
        if !self.declared.contains_key(&name) {
            self.declared.insert(name, T::decl(self.config));
            T::visit_dependencies(self);
        }
    }
}
