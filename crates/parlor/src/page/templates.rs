//! Jinja templates: the site's come before the framework's, and a folder on the disk before both.

use super::{
    Files, Names,
    assets::{Assets, find},
};
use minijinja::{
    Environment, Error, ErrorKind,
    value::{Kwargs, Serde, Value},
};
use serde::Serialize;
use std::{fmt, sync::Arc};

/// All templates of a site.
pub(crate) struct Templates {
    environment: Environment<'static>,
    title: String,
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Templates")
    }
}

impl Templates {
    pub(crate) fn new(
        folders: Vec<Assets>,
        statics: Arc<Files>,
        names: Names,
        title: &str,
    ) -> Self {
        let mut environment = Environment::new();
        environment.set_loader(move |name| {
            let file = find(&folders, name);
            let text = file.map(|file| String::from_utf8(file.bytes.into_owned()));
            text.transpose()
                .map_err(|_| Error::new(ErrorKind::BadEscape, "the template is not UTF-8"))
        });
        let names = Arc::new(names);
        environment.add_function("url", move |name: String, arguments: Kwargs| {
            let mut given = Vec::new();
            for word in arguments.args() {
                given.push((word.to_owned(), arguments.get::<Value>(word)?.to_string()));
            }
            let path = names.path(&name, &given);
            path.map_err(|why| Error::new(ErrorKind::InvalidOperation, why))
        });
        let files = statics.clone();
        environment.add_function("module", move |name: String| module(&files, &name));
        environment.add_function("static", move |name: String| statics.root() + &name);
        let site = std::collections::BTreeMap::from([("title", title.to_owned())]);
        environment.add_global("site", Value::from(Serde(site)));
        Self { environment, title: title.to_owned() }
    }

    /// The site's title.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// Whether there is such a template.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.environment.get_template(name).is_ok()
    }

    /// Renders a template; an error names the template and the line.
    pub(super) fn render<C: Serialize>(&self, name: &str, context: C) -> Result<String, Error> {
        self.environment.get_template(name)?.render(Serde(context))
    }
}

/// The elements that load a module: all that it imports is asked for at once, and not when it is found to be imported.
fn module(files: &Files, name: &str) -> Value {
    let root = files.root();
    let imported = files.modules(name).into_iter().skip(1);
    let early = imported.map(|it| format!("<link rel=\"modulepreload\" href=\"{root}{it}\">\n  "));
    let html = early.chain([format!("<script type=\"module\" src=\"{root}{name}\"></script>")]);
    Value::from_safe_string(html.collect())
}
