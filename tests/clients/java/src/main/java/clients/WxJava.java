package clients;

import cn.binarywang.wx.miniapp.api.WxMaService;
import cn.binarywang.wx.miniapp.api.impl.WxMaServiceImpl;
import cn.binarywang.wx.miniapp.api.impl.WxMaServiceOkHttpImpl;
import cn.binarywang.wx.miniapp.bean.WxMaJscode2SessionResult;
import cn.binarywang.wx.miniapp.bean.WxMaPhoneNumberInfo;
import cn.binarywang.wx.miniapp.bean.WxMaSubscribeMessage;
import cn.binarywang.wx.miniapp.bean.WxMaSubscribeMessage.MsgData;
import cn.binarywang.wx.miniapp.bean.WxMaUserInfo;
import cn.binarywang.wx.miniapp.bean.security.WxMaMsgSecCheckCheckRequest;
import cn.binarywang.wx.miniapp.config.impl.WxMaDefaultConfigImpl;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import me.chanjar.weixin.common.error.WxErrorException;
import me.chanjar.weixin.common.error.WxRuntimeException;

/** What a backend does with WxJava, as bob. */
final class WxJava {
    private static final String BOB = "{\"persona\": \"bob\"}";
    private static final String TEMPLATE = "ORDER_READY";

    private final WxMaService service;
    private final Control control;
    private final Map<String, Object> seen = new LinkedHashMap<>();

    WxJava(WxMaService service, Control control) {
        this.service = service;
        this.control = control;
    }

    /** WxJava as it comes, with the one setting that leads it elsewhere. */
    static WxMaService withHost(String url) {
        WxMaDefaultConfigImpl config = config();
        config.setApiHostUrl(url);
        return serve(new WxMaServiceImpl(), config);
    }

    /** WxJava as it comes, with nothing set. */
    static WxMaService plain() {
        return serve(new WxMaServiceImpl(), config());
    }

    /** WxJava on OkHttp, with nothing set: OkHttp minds Java's https.proxyHost and trust store. */
    static WxMaService withOkHttp() {
        return serve(new WxMaServiceOkHttpImpl(), config());
    }

    /** WxJava as it comes, and its own setting for a proxy: Apache's client minds no https.proxyHost. */
    static WxMaService withProxy() {
        WxMaDefaultConfigImpl config = config();
        config.setHttpProxyHost(System.getProperty("https.proxyHost"));
        config.setHttpProxyPort(Integer.getInteger("https.proxyPort"));
        return serve(new WxMaServiceImpl(), config);
    }

    /** Fetches a token and returns how it went. */
    static Map<String, Object> tryToken(WxMaService service) {
        return Map.of("token", refusal(() -> service.getAccessToken().length()));
    }

    private static WxMaDefaultConfigImpl config() {
        WxMaDefaultConfigImpl config = new WxMaDefaultConfigImpl();
        config.setAppid("wx0123456789abcdef");
        config.setSecret("0123456789abcdef0123456789abcdef");
        return config;
    }

    private static WxMaService serve(WxMaService service, WxMaDefaultConfigImpl config) {
        service.setWxMaConfig(config);
        service.setRetrySleepMillis(1);
        service.setMaxRetryTimes(2);
        return service;
    }

    Map<String, Object> run() throws Exception {
        WxMaJscode2SessionResult session = logIn();
        checkTokens();
        checkBusy();
        checkPhone();
        checkEncrypted(session);
        checkSession(session);
        checkMessages(session.getOpenid());
        checkContent(session.getOpenid());
        checkCode();
        return seen;
    }

    private WxMaJscode2SessionResult logIn() throws Exception {
        String code = control.call("login-codes", BOB).get("code").getAsString();
        WxMaJscode2SessionResult session = service.getUserService().getSessionInfo(code);
        seen.put("login", List.of(session.getOpenid(), session.getUnionid(), session.getSessionKey().length()));
        seen.put("login again", refusal(() -> service.getUserService().getSessionInfo(code)));
        seen.put("login with a bad code", refusal(() -> service.jsCode2SessionInfo("nobody")));
        seen.put("login without unionid", service.jsCode2SessionInfo("visitor").getUnionid());
        return session;
    }

    private void checkTokens() throws Exception {
        String first = service.getAccessToken();
        seen.put("token", List.of(first.length(), first.equals(service.getAccessToken())));
        seen.put("token by force", !first.equals(service.getAccessToken(true)));
        String second = service.getAccessToken();
        control.call("clock/advance", "by", "2h");
        seen.put("expired token", service.getSecurityService().checkMessage("你好"));
        seen.put("expired token renewed", !second.equals(service.getAccessToken()));
    }

    private void checkBusy() throws Exception {
        control.call("faults", "{\"at\": \"wechat.code2session\", \"error\": -1, \"times\": 2}");
        seen.put("busy twice", service.jsCode2SessionInfo("bob").getOpenid());
        control.call("faults", "{\"at\": \"wechat.code2session\", \"error\": -1, \"times\": 3}");
        seen.put("busy three times", refusal(() -> service.jsCode2SessionInfo("bob")));
    }

    private void checkPhone() throws Exception {
        String code = control.call("phone-codes", BOB).get("code").getAsString();
        seen.put("phone", shown(service.getUserService().getPhoneNumber(code)));
        seen.put("phone again", refusal(() -> service.getUserService().getPhoneNumber(code)));
    }

    private void checkEncrypted(WxMaJscode2SessionResult given) throws Exception {
        String key = service.jsCode2SessionInfo("bob").getSessionKey();
        JsonObject info = control.call("user-info", "{\"persona\": \"bob\", \"kind\": \"getUserInfo\"}");
        String rawData = info.get("rawData").getAsString();
        String signature = info.get("signature").getAsString();
        WxMaUserInfo user = service.getUserService().getUserInfo(key, text(info, "encryptedData"), text(info, "iv"));
        List<Object> shown = new ArrayList<>(List.of(user.getNickName(), user.getUnionId() != null));
        shown.add(user.getWatermark().getAppid());
        seen.put("user info", shown);
        seen.put("signature", service.getUserService().checkUserInfo(key, rawData, signature));
        seen.put("signature of other data", service.getUserService().checkUserInfo(key, rawData + " ", signature));
        JsonObject phone = control.call("user-info", "{\"persona\": \"bob\", \"kind\": \"getPhoneNumber\"}");
        seen.put("encrypted phone", shown(
            service.getUserService().getPhoneNoInfo(key, text(phone, "encryptedData"), text(phone, "iv"))));
    }

    /** This release asks /wxa/checksessionkey, which WeChat does not have, for want of /wxa/checksession. */
    private void checkSession(WxMaJscode2SessionResult session) throws Exception {
        seen.put("session", refusal(() ->
            service.getUserService().checkSessionKey(session.getOpenid(), session.getSessionKey())));
    }

    private void checkMessages(String openid) throws Exception {
        WxMaSubscribeMessage message = WxMaSubscribeMessage.builder().toUser(openid).templateId(TEMPLATE)
            .page("pages/index").build()
            .addData(new MsgData("thing1", "两杯拿铁"))
            .addData(new MsgData("time2", "2026-01-01 16:00"));
        seen.put("message without permit", refusal(() -> send(message)));
        control.call("permits", "{\"persona\": \"bob\", \"template\": \"" + TEMPLATE + "\"}");
        seen.put("message", send(message));
        seen.put("message again", refusal(() -> send(message)));
    }

    private boolean send(WxMaSubscribeMessage message) throws WxErrorException {
        service.getSubscribeService().sendSubscribeMsg(message);
        return true;
    }

    private void checkContent(String openid) throws Exception {
        seen.put("text", service.getSecurityService().checkMessage("你好"));
        seen.put("forbidden text", refusal(() -> service.getSecurityService().checkMessage("来赌博吧")));
        WxMaMsgSecCheckCheckRequest request = WxMaMsgSecCheckCheckRequest.builder()
            .version("2").scene(2).openid(openid).content("来赌博吧").build();
        seen.put("forbidden text, version 2", refusal(() -> service.getSecurityService().checkMessage(request)));
    }

    private void checkCode() throws Exception {
        byte[] image = draw("pages/index");
        seen.put("code", List.of(image[0] & 0xff, image[1] & 0xff));  // as every JPEG begins
        seen.put("code of a page that is not there", refusal(() -> draw("pages/none")));
    }

    private byte[] draw(String page) throws WxErrorException {
        return service.getQrcodeService().createWxaCodeUnlimitBytes("id=7", page, true, "release", 300, true, null, false);
    }

    private static List<String> shown(WxMaPhoneNumberInfo phone) {
        return List.of(phone.getPhoneNumber(), phone.getPurePhoneNumber(), phone.getCountryCode(),
            phone.getWatermark().getAppid());
    }

    private static String text(JsonObject reply, String key) {
        return reply.get(key).getAsString();
    }

    private interface Call {
        Object run() throws WxErrorException;
    }

    /** Returns errcode and errmsg of what a call is refused with; the errmsg without rid and hint, as WeChat wrote it. */
    private static List<Object> refusal(Call call) {
        try {
            return List.of("accepted", call.run());
        } catch (WxErrorException error) {
            String message = error.getError().getErrorMsgEn() == null
                ? error.getError().getErrorMsg() : error.getError().getErrorMsgEn();
            return List.of(error.getError().getErrorCode(), message.split(",? (?:rid|hint): ")[0]);
        } catch (WxRuntimeException error) {
            return List.of(error.getCause().getClass().getSimpleName(), error.getCause().getMessage());
        }
    }
}
