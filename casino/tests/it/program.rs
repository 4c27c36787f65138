//! The real program, as it is started from a shell.

use parlor_test::{
    http::{DEADLINE, Request},
    socket::Handshake,
};
use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The casino's program with these arguments and variables, and no others of the tests' environment.
pub(crate) fn casino(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casino"));
    command.args(arguments).stdin(Stdio::null()).env_clear();
    command.envs(variables.iter().copied());
    command
}

/// The program while it serves.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Program {
    /// Starts it in this folder, on a port of its own, and waits until it says that it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let log = folder.join("log");
        let errors =
            File::options().create(true).append(true).open(&log).expect("a file for the log");
        let mut command = casino(arguments, variables);
        if !arguments.contains(&"--bind") {
            command.args(["--bind", "127.0.0.1:0"]);
        }
        let mut child = command
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("a line");
        let address =
            line.strip_prefix("listening on http://").and_then(|rest| rest.trim_end().parse().ok());
        let address = address.unwrap_or_else(|| {
            panic!("{line:?} {}", std::fs::read_to_string(&log).unwrap_or_default())
        });
        Self { child, address, log }
    }

    /// A request to it.
    pub(crate) fn ask(&self, method: &str, path: &str) -> Request {
        Request::new(self.address, method, path)
    }

    /// A handshake with it.
    pub(crate) fn socket(&self, path: &str) -> Handshake {
        Handshake::new(self.ask("GET", path))
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends it a signal, as `kill` does.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill can be run").success());
    }

    /// Ends it in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("its status");
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            assert!(started.elapsed() < DEADLINE * 3, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for one test.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}
