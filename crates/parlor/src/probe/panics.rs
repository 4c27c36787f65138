//! Panics that are caught where they belong say nothing; those that escape are told.
//!
//! A game that panics on a damaged record is caught, and that is as it should be. Fuzzers end a program at any panic, and
//! tests print each: so while a target runs, panics of its thread are kept quiet, until one has escaped.

use std::{
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the function, and panics only where it does.
pub(super) fn escaping<T>(run: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                return before(info);
            }
            COUNT.set(COUNT.get() + 1);
            LAST.set(info.to_string());
        }));
    });
    QUIET.set(true);
    let ran = panic::catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    ran.unwrap_or_else(|_| panic!("{}", LAST.take()))
}

/// How many panics of this thread were kept quiet.
pub(super) fn count() -> u64 {
    COUNT.get()
}

/// What the last one said, and where.
pub(super) fn last() -> String {
    LAST.with_borrow(Clone::clone)
}
