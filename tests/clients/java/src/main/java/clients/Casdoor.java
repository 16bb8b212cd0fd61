package clients;

import com.google.gson.JsonParser;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.casbin.casdoor.config.Config;
import org.casbin.casdoor.entity.Role;
import org.casbin.casdoor.entity.User;
import org.casbin.casdoor.service.AccountService;
import org.casbin.casdoor.service.ApplicationService;
import org.casbin.casdoor.service.AuthService;
import org.casbin.casdoor.service.OrganizationService;
import org.casbin.casdoor.service.RoleService;
import org.casbin.casdoor.service.UserService;

/** What a backend does with Casdoor's SDK, after alice signed in from the mini program. */
final class Casdoor {
    private static final String CLIENT_ID = "6825f4f0af45554c8952";
    private static final String SECRET = "5329a6a131926112a128b2149d2b569f14b966ba";

    private final Control control;
    private final Config config;
    private final Map<String, Object> seen = new LinkedHashMap<>();

    Casdoor(Control control) throws Exception {
        this.control = control;
        this.config = config(control);
    }

    /** Returns the settings of a backend, with the certificate from Casdoor's JWK set. */
    static Config config(Control control) throws Exception {
        try (var stream = URI.create(control.url() + "/.well-known/jwks").toURL().openStream()) {
            var keys = JsonParser.parseString(new String(stream.readAllBytes())).getAsJsonObject();
            String der = keys.getAsJsonArray("keys").get(0).getAsJsonObject().getAsJsonArray("x5c").get(0).getAsString();
            byte[] lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(Base64.getDecoder().decode(der));
            String pem = "-----BEGIN CERTIFICATE-----\n" + new String(lines) + "\n-----END CERTIFICATE-----\n";
            return new Config(control.url(), CLIENT_ID, SECRET, pem, "test", "app-docs");
        }
    }

    Map<String, Object> run() throws Exception {
        String token = control.form("/api/login/oauth/access_token",
            "tag=wechat_miniprogram&client_id=" + CLIENT_ID + "&code=alice&username=alice")
            .get("access_token").getAsString();
        checkTokens(token);
        checkUsers();
        checkUpdates();
        checkLives();
        seen.put("application", new ApplicationService(config).getApplication("app-docs").name);
        seen.put("organization", new OrganizationService(config).getOrganization("test").name);
        checkRoles();
        return seen;
    }

    private void checkTokens(String token) throws Exception {
        AuthService auth = new AuthService(config);
        User user = auth.parseJwtToken(token);
        seen.put("token", List.of(user.owner, user.name, user.signupApplication));
        String[] parts = token.split("\\.");
        String forged = parts[0] + "." + parts[1] + "." + parts[2].substring(8) + parts[2].substring(0, 8);
        seen.put("forged token", refusal(() -> auth.parseJwtToken(forged)));
        seen.put("account", new AccountService(config).getAccount(token).getData().name);
        seen.put("sign-in address", auth.getSigninUrl("http://localhost:9000/callback").replace(config.endpoint, ""));
        seen.put("unknown code", refusal(() -> auth.getOAuthToken("nobody", "state")));
    }

    private void checkUsers() throws Exception {
        UserService users = new UserService(config);
        User alice = users.getUser("alice");
        seen.put("user", List.of(alice.owner, alice.name, alice.wechat.equals(alice.properties.get("wechatOpenId"))));
        seen.put("nobody", users.getUser("nobody"));
        seen.put("users", names(users.getUsers()));
        seen.put("users by name", names(users.getSortedUsers("name", 0)));
        seen.put("count", users.getUserCount(""));
        Map<String, Object> page = users.getPaginationUsers(1, 2, Map.of());
        seen.put("page", List.of(((List<?>) page.get("casdoorUsers")).size(), page.get("data2")));
    }

    private void checkUpdates() throws Exception {
        UserService users = new UserService(config);
        User alice = users.getUser("alice");
        alice.displayName = "爱丽丝";
        alice.email = "alice@example.com";
        seen.put("update", users.updateUser(alice).getData());
        User stored = users.getUser("alice");
        seen.put("updated", List.of(stored.displayName, stored.email, stored.id.equals(alice.id)));
        seen.put("user by email", users.getUserByEmail("alice@example.com").name);
        seen.put("update of an id", refusal(() -> users.updateUserById("another", users.getUser("alice"))));
        Config wrong = config(control);
        wrong.setClientSecret("wrong");
        seen.put("wrong secret", refusal(() -> new UserService(wrong).getUsers()));
    }

    private void checkLives() throws Exception {
        UserService users = new UserService(config);
        User zoe = new User();
        zoe.owner = "test";
        zoe.name = "zoe";
        zoe.displayName = "Zoe";
        zoe.signupApplication = "app-docs";
        seen.put("add", users.addUser(zoe).getData());
        seen.put("added", users.getUser("zoe").displayName);
        seen.put("delete", users.deleteUser(users.getUser("zoe")).getData());
        seen.put("deleted", users.getUser("zoe"));
    }

    private void checkRoles() throws Exception {
        RoleService roles = new RoleService(config);
        Role role = new Role();
        role.owner = "test";
        role.name = "cashier";
        role.users = new String[] {"test/alice"};
        seen.put("role added", roles.addRole(role).getData());
        seen.put("roles", roles.getRoles().stream().map(one -> one.name).toList());
    }

    private static List<String> names(List<User> users) {
        List<String> names = new ArrayList<>();
        users.forEach(user -> names.add(user.name));
        return names;
    }

    private interface Call {
        Object run() throws Exception;
    }

    /** Returns the message of what a call is refused with, after the address that the SDK puts before it. */
    private static String refusal(Call call) {
        try {
            return "accepted: " + call.run();
        } catch (Exception error) {
            Throwable cause = error.getCause() == null ? error : error.getCause();
            return String.valueOf(cause.getMessage()).replaceFirst("^Failed fetching \\S+ : ", "");
        }
    }
}
