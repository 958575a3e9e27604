//! Tells the training program where its engine lies, so that it starts without any setting.

use std::env;

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    if env::var_os("CARGO_FEATURE_TORCH").is_some()
        && let Ok(engine) = env::var("LIBTORCH")
    {
        println!("cargo:rustc-link-arg-bins=-Wl,-rpath,{engine}/lib");
        println!("cargo:rustc-link-arg-examples=-Wl,-rpath,{engine}/lib");
    }
}
