/* Login: show or hide the password; fill in a demonstration account. */
document.querySelectorAll("[data-show]").forEach((button) => {
  const input = document.getElementById(button.dataset.show);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", show);
    button.querySelector("span").textContent = show ? button.dataset.wordHide : button.dataset.wordShow;
  });
});

document.querySelectorAll("[data-login]").forEach((button) => {
  button.addEventListener("click", () => {
    document.getElementById("id_login").value = button.dataset.login;
    document.getElementById("id_password").value = button.dataset.password;
    document.querySelector("[type=submit].btn-primary").focus();
  });
});
