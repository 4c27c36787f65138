//! As much of HTTP as it takes to open tables and to read counters: a request, a connection, an answer.

use anyhow::{Context as _, Result, ensure};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The body of the answer to a POST of an empty JSON object, with a bearer token where one is given.
///
/// # Errors
/// No answer, or one that is no success.
pub(crate) async fn post(address: SocketAddr, path: &str, token: Option<&str>) -> Result<String> {
    post_body(address, path, token, "{}").await
}

/// The body of the answer to a POST of that JSON.
///
/// # Errors
/// No answer, or one that is no success.
pub(crate) async fn post_body(
    address: SocketAddr,
    path: &str,
    token: Option<&str>,
    body: &str,
) -> Result<String> {
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let length = body.len();
    let headers = format!("{token}content-type: application/json\r\ncontent-length: {length}\r\n");
    ask(
        address,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\n{headers}connection: close\r\n\r\n{body}"
        ),
    )
    .await
    .with_context(|| format!("POST {path}"))
}

/// The body of the answer to a GET.
///
/// # Errors
/// No answer, or one that is no success.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Result<String> {
    ask(address, &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"))
        .await
        .with_context(|| format!("GET {path}"))
}

async fn ask(address: SocketAddr, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer has no end of headers")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    ensure!(status.starts_with('2'), "answered {status}: {body}");
    Ok(body.to_owned())
}

/// A string of the JSON object that the API has answered.
///
/// # Errors
/// An answer without it.
pub(crate) fn string(answer: &str, name: &str) -> Result<String> {
    let answer: serde_json::Value = serde_json::from_str(answer)?;
    Ok(answer[name].as_str().with_context(|| format!("no {name} in {answer}"))?.to_owned())
}
