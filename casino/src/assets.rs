//! The casino's own templates and static files, in the binary.

use parlor::Assets;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Statics;

pub(crate) fn templates() -> Assets {
    Assets::embedded::<Templates>()
}

pub(crate) fn statics() -> Assets {
    Assets::embedded::<Statics>()
}
