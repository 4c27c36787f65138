//! A small HTTP client: one request, one connection, one answer.

use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method,
    body::Bytes,
    client::conn::http1,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{future::IntoFuture, net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

/// How long anything may take that a test waits for.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// A request to a site. It is sent when it is awaited.
///
/// ```no_run
/// # async fn ask(address: std::net::SocketAddr) {
/// use parlor_test::http::Request;
/// let answer = Request::new(address, "GET", "/api/me").await;
/// assert_eq!((answer.status(), answer.code()), (401, "no_player".into()));
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct Request {
    address: SocketAddr,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    /// A request without a body, and with no header but `Host`.
    ///
    /// # Panics
    /// Where the method is none.
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let method = method.parse().expect("a method");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, value(&address.to_string()));
        Self { address, method, path: path.to_owned(), headers, body: Bytes::new() }
    }

    /// With one more header of this name.
    ///
    /// # Panics
    /// Where the name or the value can't be sent.
    pub fn header(mut self, name: &str, text: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.append(name, value(text));
        self
    }

    /// With this bearer token, as programs authenticate.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With this cookie, `name=value`, as browsers authenticate.
    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    /// As if a page of this origin had sent it.
    pub fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    /// As a browser that goes to a page.
    pub fn as_page(self) -> Self {
        self.header("accept", "text/html,application/xhtml+xml")
    }

    /// With this body as JSON.
    #[expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]
    pub fn json(self, body: Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With the fields of a form.
    pub fn form(self, fields: &str) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded").body(fields.to_owned())
    }

    /// With this body, and no type.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// With one more word in the query.
    pub(crate) fn query(mut self, word: &str) -> Self {
        self.path.push(if self.path.contains('?') { '&' } else { '?' });
        self.path.push_str(word);
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The answer of a site that need not be there, or that may end meanwhile.
    ///
    /// # Errors
    /// Why there was none.
    ///
    /// # Panics
    /// Where the site is there, and does not answer in time.
    pub async fn attempt(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let asked = format!("{} {}", self.method, self.path);
        let answer = timeout(DEADLINE * 2, self.send()).await;
        answer.unwrap_or_else(|_| panic!("{asked}: no answer in time"))
    }

    async fn send(self) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = hyper::Request::builder()
            .method(self.method)
            .uri(&self.path)
            .body(Full::new(self.body))
            .expect("a request that can be sent");
        *request.headers_mut() = self.headers;
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        // After a switch of protocols no body comes.
        let body = match parts.status.as_u16() {
            101 => Bytes::new(),
            _ => body.collect().await?.to_bytes(),
        };
        drop(sender);
        connection.abort();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

impl IntoFuture for Request {
    type Output = Answer;
    type IntoFuture = BoxFuture<'static, Answer>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let asked = format!("{} {}", self.method, self.path);
            self.attempt().await.unwrap_or_else(|why| panic!("{asked}: {why}"))
        })
    }
}

/// What a site answered.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of this name; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// Where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|why| panic!("{why} in a {}: {}", self.status, self.text()))
    }

    /// The stable code of a problem.
    ///
    /// # Panics
    /// Where the answer is no `application/problem+json` that tells its own status.
    pub fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        problem["code"].as_str().unwrap_or_else(|| panic!("no code in {problem}")).to_owned()
    }

    /// The cookie that the answer sets, `name=value`, without its attributes; empty where it sets none.
    pub fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }

    /// Where the answer leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).expect("a header's value")
}
