#![no_main]

use libfuzzer_sys::fuzz_target;
use parlor::probe::Target;

fuzz_target!(|bytes: &[u8]| {
    Target::named("upgrade").run(bytes);
});
