//! Against a real HTTP server.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::join_all;
use jiff::SignedDuration;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::access::token::{Algorithm, Issuer, Mint, SigningKey};
use crate::access::{BuildId, Capabilities, Person};

/// What the CI answers.
#[derive(Debug, Clone)]
enum Answer {
    /// Keys with these names.
    Keys(Vec<&'static str>),
    Text(String),
    Status(u16),
    Redirect,
}

/// A CI that answers once the gate is open, and counts.
#[derive(Clone)]
struct Ci {
    answer: watch::Sender<Answer>,
    open: watch::Sender<bool>,
    asked: watch::Sender<usize>,
    address: SocketAddr,
    tasks: Lifetime,
}

fn set(names: &[&str]) -> String {
    let x = URL_SAFE_NO_PAD.encode([9; 32]);
    let keys = names.iter().map(|kid| json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid }));
    json!({ "keys": keys.collect::<Vec<_>>() }).to_string()
}

async fn answer(State(ci): State<Ci>) -> Response {
    ci.asked.send_modify(|asked| *asked += 1);
    ci.open.subscribe().wait_for(|open| *open).await.unwrap();
    let answer = ci.answer.borrow().clone();
    match answer {
        Answer::Keys(names) => set(&names).into_response(),
        Answer::Text(text) => text.into_response(),
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Redirect => Redirect::temporary("/other").into_response(),
    }
}

impl Ci {
    async fn start(answer_with: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ci = Self {
            answer: watch::Sender::new(answer_with),
            open: watch::Sender::new(true),
            asked: watch::Sender::new(0),
            address: listener.local_addr().unwrap(),
            tasks: Lifetime::default(),
        };
        let other = get(|| async { set(&["a"]) });
        let routes = Router::new().route("/jwks", get(answer)).route("/other", other);
        let routes = routes.with_state(ci.clone());
        ci.tasks.spawn_until_end(async move { axum::serve(listener, routes).await.unwrap() });
        ci
    }

    fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(vec![Issuer {
            iss: "ci".to_owned(),
            aud: "transom".to_owned(),
            algorithms: vec![Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
            keys: Keys::Jwks(self.url()),
            ours: false,
        }])
    }

    fn jwks(&self) -> Jwks {
        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Jwks::new(&self.verifier(), self.tasks.clone()).unwrap()
    }

    fn asked(&self) -> usize {
        *self.asked.borrow()
    }
}

/// Asks for `kid` so many seconds after the start.
async fn ask(jwks: &Jwks, ci: &Ci, kid: &str, second: i64) -> Result<(), TokenError> {
    jwks.keys(&ci.url(), kid, at(second)).await.map(|_| ())
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

#[tokio::test]
async fn a_set_is_fetched_once_and_again_after_five_minutes() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    assert_eq!(ci.asked(), 0);
    for second in [0, 1, 299] {
        assert_eq!(ask(&jwks, &ci, "a", second).await, Ok(()));
        assert_eq!(ci.asked(), 1);
    }
    assert_eq!(ask(&jwks, &ci, "a", 300).await, Ok(()));
    assert_eq!(ci.asked(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_and_an_old_one_forgotten() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    assert_eq!(ask(&jwks, &ci, "a", 0).await, Ok(()));
    ci.answer.send_replace(Answer::Keys(vec!["b"]));
    assert_eq!(ask(&jwks, &ci, "b", 29).await, Err(TokenError::UnknownKey));
    assert_eq!(ask(&jwks, &ci, "b", 30).await, Ok(()));
    assert_eq!(ask(&jwks, &ci, "a", 31).await, Err(TokenError::UnknownKey));
    assert_eq!(ci.asked(), 2);
}

#[tokio::test]
async fn a_storm_of_unknown_keys_is_one_fetch_each_half_minute() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    for (second, asked) in [(0, 1), (29, 1), (30, 2), (59, 2), (60, 3)] {
        let names: Vec<_> = (0..200).map(|i| format!("x{i}")).collect();
        let storm = names.iter().map(|kid| ask(&jwks, &ci, kid, second));
        let answers = join_all(storm).await;
        assert!(answers.iter().all(|answer| *answer == Err(TokenError::UnknownKey)));
        assert_eq!(ci.asked(), asked, "after {second} s");
    }
    assert_eq!(ask(&jwks, &ci, "a", 61).await, Ok(()));
}

#[tokio::test]
async fn those_who_ask_together_share_a_fetch_even_if_the_first_one_leaves() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    ci.open.send_replace(false);
    let mut asked = ci.asked.subscribe();
    tokio::select! {
        _ = ask(&jwks, &ci, "a", 0) => panic!("answered while the gate is closed"),
        _ = asked.wait_for(|asked| *asked == 1) => {}
    }
    let others = join_all((0..50).map(|_| ask(&jwks, &ci, "a", 0)));
    let opened = async { ci.open.send_replace(true) };
    let (answers, _) = tokio::join!(others, opened);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(ci.asked(), 1);
}

#[tokio::test]
async fn known_keys_hold_for_an_hour_while_the_ci_is_down() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    assert_eq!(ask(&jwks, &ci, "a", 0).await, Ok(()));
    ci.answer.send_replace(Answer::Status(503));
    for second in [400, 401, 2000, 3599] {
        assert_eq!(ask(&jwks, &ci, "a", second).await, Ok(()), "after {second} s");
    }
    assert_eq!(ci.asked(), 4);
    assert_eq!(ask(&jwks, &ci, "b", 3599).await, Err(TokenError::KeysUnavailable));
    assert_eq!(ask(&jwks, &ci, "a", 3600).await, Err(TokenError::KeysUnavailable));
    ci.answer.send_replace(Answer::Keys(vec!["a"]));
    assert_eq!(ask(&jwks, &ci, "a", 3603).await, Err(TokenError::KeysUnavailable));
    assert_eq!(ask(&jwks, &ci, "a", 3604).await, Ok(()));
}

#[tokio::test]
async fn while_a_stale_set_is_fetched_the_others_go_on_with_it() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    assert_eq!(ask(&jwks, &ci, "a", 0).await, Ok(()));
    ci.open.send_replace(false);
    let mut asked = ci.asked.subscribe();
    let first = ask(&jwks, &ci, "a", 300);
    let second = async {
        asked.wait_for(|asked| *asked == 2).await.unwrap();
        let answer = ask(&jwks, &ci, "a", 300).await;
        ci.open.send_replace(true);
        answer
    };
    assert_eq!(tokio::join!(first, second), (Ok(()), Ok(())));
}

#[tokio::test]
async fn what_is_no_key_set_is_as_good_as_nothing() {
    let bad = [
        Answer::Status(404),
        Answer::Status(204),
        Answer::Redirect,
        Answer::Text("<html>".to_owned()),
        Answer::Text(set(&["a"]).replace("]}", &format!("], \"pad\": \"{}\"}}", "x".repeat(300_000)))),
    ];
    for bad in bad {
        let ci = Ci::start(bad.clone()).await;
        let jwks = ci.jwks();
        assert_eq!(ask(&jwks, &ci, "a", 0).await, Err(TokenError::KeysUnavailable), "{bad:?}");
    }
}

#[tokio::test]
async fn a_ci_that_is_not_there_is_asked_again_after_five_seconds() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let jwks = ci.jwks();
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let gone = Ci { address: nobody, ..ci.clone() };
    let away = gone.jwks();
    for second in [0, 4, 5] {
        assert_eq!(ask(&away, &gone, "a", second).await, Err(TokenError::KeysUnavailable));
    }
    // An address that nobody configured is never asked.
    assert_eq!(ask(&jwks, &gone, "a", 0).await, Err(TokenError::KeysUnavailable));
    assert_eq!(ci.asked(), 0);
}

#[tokio::test]
async fn nobody_waits_for_a_fetch_that_a_shutdown_ended() {
    let ci = Ci::start(Answer::Keys(vec!["a"])).await;
    let tasks = Lifetime::default();
    let jwks = Jwks { tasks: tasks.clone(), ..ci.jwks() };
    ci.open.send_replace(false);
    let mut asked = ci.asked.subscribe();
    let end = async {
        asked.wait_for(|asked| *asked == 1).await.unwrap();
        tasks.end();
    };
    let (answer, ()) = tokio::join!(ask(&jwks, &ci, "a", 0), end);
    assert_eq!(answer, Err(TokenError::KeysUnavailable));
}

#[tokio::test]
async fn a_token_of_the_ci_opens_with_its_fetched_key() {
    let pem = SigningKey::generate(&SystemRandom::new()).unwrap();
    let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let pair = Ed25519KeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
    let key = SigningKey::from_pem(&pem).unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key());
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": key.public().kid() });
    let ci = Ci::start(Answer::Text(json!({ "keys": [jwk] }).to_string())).await;
    let jwks = ci.jwks();

    let grant = Grant {
        build: BuildId::try_from("b-1".to_owned()).unwrap(),
        person: Person { sub: "u1".to_owned(), name: "Ada".to_owned() },
        capabilities: Capabilities::all(),
        epoch: 1,
        expires_at: at(0) + SignedDuration::from_secs(60),
        share: None,
        admin: None,
        said_at: Some(at(0)),
    };
    let mint = Mint::new(key, "ci".to_owned(), "transom".to_owned());
    let token = mint.mint(&grant, at(0), "j1").unwrap().token;
    assert_eq!(jwks.open(&ci.verifier(), &token, at(1)).await, Ok(grant.clone()));
    assert_eq!(jwks.open(&ci.verifier(), &token, at(100)).await, Err(TokenError::Expired));

    let stranger = SigningKey::generate(&SystemRandom::new()).unwrap();
    let stranger = SigningKey::from_pem(&stranger).unwrap();
    let mint = Mint::new(stranger, "ci".to_owned(), "transom".to_owned());
    let token = mint.mint(&grant, at(0), "j2").unwrap().token;
    assert_eq!(jwks.open(&ci.verifier(), &token, at(1)).await, Err(TokenError::UnknownKey));
    assert_eq!(ci.asked(), 1);
}
