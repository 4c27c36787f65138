//! Staff: who may ask what, whom they shut out, which tables they close, and that all of it is noted.

mod acts;
mod bans;
mod overview;
mod permissions;

use parlor_test::{Database, Guest, TestSite};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// Somebody with an account.
pub(crate) async fn account(site: &TestSite, name: &str) -> Guest {
    let body = json!({"username": name, "password": PASSWORD});
    let answer = site.post("/api/signup").json(body).await;
    assert_eq!(answer.status(), 201, "{}", answer.text());
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    Guest { name: name.to_owned(), token }
}

/// One of the staff.
pub(crate) async fn member(site: &TestSite, name: &str) -> Guest {
    let member = account(site, name).await;
    set_staff(site, name, true).await;
    member
}

/// What the commands `user promote` and `user demote` change.
pub(crate) async fn set_staff(site: &TestSite, name: &str, staff: bool) {
    let mut database = Database::open(&site.database()).await;
    let staff = i32::from(staff);
    let change = format!("UPDATE accounts SET staff = {staff} WHERE name = '{name}'");
    assert_eq!(database.change(&change).await, 1);
}

/// Shuts somebody out: the status, and the answer.
async fn ban(site: &TestSite, by: &Guest, name: &str, body: Value) -> (u16, Value) {
    let path = format!("/api/admin/players/{name}/ban");
    let answer = site.post(&path).bearer(&by.token).json(body).await;
    (answer.status(), answer.json())
}

/// Tries to sign in: the status, and the answer.
async fn log_in(site: &TestSite, name: &str, password: &str) -> (u16, Value) {
    let body = json!({"username": name, "password": password});
    let answer = site.post("/api/login").json(body).await;
    (answer.status(), answer.json())
}

/// The acts in the audit log, the newest first.
async fn acts(site: &TestSite, by: &Guest) -> Vec<Value> {
    let answer = site.get("/api/admin/audit").bearer(&by.token).await;
    answer.json()["acts"].as_array().expect("acts").clone()
}
