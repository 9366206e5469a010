// What Helm's own action code does with the charts of tests/data/explain/helm.json: each step as "VERB Kind/name".
//
// The action code is real; the cluster is a double that knows which objects exist, lets every Job succeed but the one
// that has to fail, and treats an object that exists as the API server does.
//
// With --release FOLDER instead of a table: the bytes of the Secret in which Helm keeps a release of that chart.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/cli-runtime/pkg/resource"
	"k8s.io/client-go/kubernetes/scheme"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest/fake"
	"sigs.k8s.io/yaml"
)

type chartVector struct {
	Name        string
	Event       string
	HelmVersion string
	Objects     []map[string]any
}

// helmActions is one release of one chart; its methods run the command of that name.
type helmActions interface {
	install() error
	upgrade() error
	rollback() error
	uninstall() error
	test() error
}

// cluster is the double: the objects that exist, and the steps that were taken.
type cluster struct {
	strictCreate bool // Helm 3 creates, Helm 4 applies
	live         map[string]bool
	failed       map[string]bool
	fails        string // the Job that fails next
	steps        []string
}

func name(info *resource.Info) string { return info.Mapping.GroupVersionKind.Kind + "/" + info.Name }

func (c *cluster) add(verb string, info *resource.Info) {
	c.steps = append(c.steps, verb+" "+name(info))
}

func (c *cluster) create(infos []*resource.Info) error {
	for _, info := range infos {
		if !c.live[name(info)] {
			c.add("create", info)
			c.live[name(info)] = true
			delete(c.failed, name(info))
			continue
		}
		c.add("take", info)
		if c.strictCreate {
			return errors.New("already exists")
		}
	}
	return nil
}

func (c *cluster) wait(infos []*resource.Info) error {
	for _, info := range infos {
		kind := info.Mapping.GroupVersionKind.Kind
		if kind != "Job" && kind != "Pod" {
			continue
		}
		taken := c.steps[len(c.steps)-1] == "take "+name(info)
		if !taken {
			c.add("wait", info)
			c.failed[name(info)] = c.fails == name(info)
		}
		if c.failed[name(info)] {
			return errors.New("job failed")
		}
	}
	return nil
}

func (c *cluster) remove(infos []*resource.Info) {
	for _, info := range infos {
		if c.live[name(info)] {
			c.add("delete", info)
			delete(c.live, name(info))
		}
	}
}

func (c *cluster) apply(infos []*resource.Info) {
	for _, info := range infos {
		c.add("apply", info)
		c.live[name(info)] = true
	}
}

// build reads manifests; every request about an object ends in "not found".
func build(reader io.Reader) ([]*resource.Info, error) {
	text, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	var infos []*resource.Info
	for _, document := range strings.Split("\n"+string(text), "\n---\n") {
		body := map[string]any{}
		if err := yaml.Unmarshal([]byte(document), &body); err != nil {
			return nil, err
		}
		if len(body) == 0 {
			continue
		}
		object := &unstructured.Unstructured{Object: body}
		kind := object.GroupVersionKind()
		plural := schema.GroupVersionResource{Group: kind.Group, Version: kind.Version, Resource: strings.ToLower(kind.Kind) + "s"}
		infos = append(infos, &resource.Info{
			Client:  &fake.RESTClient{NegotiatedSerializer: scheme.Codecs.WithoutConversion(), Client: fake.CreateHTTPClient(notFound)},
			Mapping: &meta.RESTMapping{Resource: plural, GroupVersionKind: kind, Scope: meta.RESTScopeNamespace},
			Name:    object.GetName(), Namespace: "shop", Object: object})
	}
	return infos, nil
}

func notFound(*http.Request) (*http.Response, error) {
	status := `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}`
	return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(status))}, nil
}

// templates are the chart's files, one for each object.
func templates(vector chartVector) ([]string, error) {
	var files []string
	for _, each := range vector.Objects {
		metadata := map[string]any{"name": each["name"]}
		if annotations, found := each["annotations"]; found {
			metadata["annotations"] = annotations
		}
		body := map[string]any{"apiVersion": "v1", "kind": each["kind"], "metadata": metadata}
		for _, key := range []string{"apiVersion", "spec"} {
			if value, found := each[key]; found {
				body[key] = value
			}
		}
		text, err := yaml.Marshal(body)
		if err != nil {
			return nil, err
		}
		files = append(files, string(text))
	}
	return files, nil
}

func annotation(object map[string]any, key string) string {
	annotations, _ := object["annotations"].(map[string]any)
	value, _ := annotations[key].(string)
	return value
}

// leave makes what an install or upgrade that succeeded has left of the hooks: those that no policy deletes.
func (c *cluster) leave(vector chartVector) {
	for _, object := range vector.Objects {
		hook := annotation(object, "helm.sh/hook")
		ran := strings.Contains(hook, "-install") || strings.Contains(hook, "-upgrade")
		if ran && !strings.Contains(annotation(object, "helm.sh/hook-delete-policy"), "hook-succeeded") {
			c.live[fmt.Sprintf("%v/%v", object["kind"], object["name"])] = true
		}
	}
}

// failOnce lets the last pre-upgrade Job fail in one upgrade, and returns the steps that its failure brought about.
func (c *cluster) failOnce(vector chartVector, actions helmActions) []string {
	for _, object := range vector.Objects {
		if object["kind"] == "Job" && strings.Contains(annotation(object, "helm.sh/hook"), "pre-upgrade") {
			c.fails = fmt.Sprintf("Job/%v", object["name"])
		}
	}
	clear(c.live)
	c.steps = nil
	if err := actions.upgrade(); err == nil {
		panic("the upgrade did not fail: " + vector.Name)
	}
	last := 0
	for i, step := range c.steps {
		if step == "wait "+c.fails {
			last = i + 1
		}
	}
	c.fails = ""
	return c.steps[last:]
}

func run(vector chartVector, c *cluster, actions helmActions) []string {
	err := actions.install()
	if vector.Event == "install" || vector.Event == "first-sync" {
		return c.steps
	}
	if err != nil {
		panic(err)
	}
	c.leave(vector)
	c.steps = nil
	switch vector.Event {
	case "upgrade":
		_ = actions.upgrade() // it fails where Helm 3 finds a hook that exists
	case "retry":
		before := c.failOnce(vector, actions)
		c.steps = nil
		_ = actions.upgrade()
		c.steps = append(before, c.steps...)
	case "rollback":
		if err = actions.upgrade(); err == nil {
			c.steps = nil
			err = actions.rollback()
		}
	case "uninstall":
		err = actions.uninstall()
	case "test":
		err = actions.test()
	default:
		panic("no such event: " + vector.Event)
	}
	if err != nil {
		panic(err)
	}
	return c.steps
}

// secrets is the double of the API by which Helm keeps its releases: it has none, and knows what was written last.
type secrets struct {
	corev1client.SecretInterface
	release []byte
}

func (s *secrets) List(context.Context, metav1.ListOptions) (*corev1.SecretList, error) {
	return &corev1.SecretList{}, nil
}

func (s *secrets) Create(_ context.Context, secret *corev1.Secret, _ metav1.CreateOptions) (*corev1.Secret, error) {
	s.release = secret.Data["release"]
	return secret, nil
}

func (s *secrets) Update(_ context.Context, secret *corev1.Secret, _ metav1.UpdateOptions) (*corev1.Secret, error) {
	s.release = secret.Data["release"]
	return secret, nil
}

func newCluster() *cluster {
	return &cluster{strictCreate: helmMajor == "3", live: map[string]bool{}, failed: map[string]bool{}}
}

// releaseBytes is what an install of the chart in the folder writes into the release's Secret.
func releaseBytes(folder string) (int, error) {
	kept := &secrets{}
	actions, err := newRelease(newCluster(), kept, folder)
	if err != nil {
		return 0, err
	}
	err = actions.install()
	return len(kept.release), err
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == "--release" {
		bytes, err := releaseBytes(os.Args[2])
		if err != nil {
			panic(err)
		}
		fmt.Println(bytes)
		return
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var vectors []chartVector
	if err := json.Unmarshal(text, &vectors); err != nil {
		panic(err)
	}
	steps := map[string][]string{}
	for _, vector := range vectors {
		if vector.HelmVersion != "" && vector.HelmVersion != helmMajor {
			continue
		}
		files, err := templates(vector)
		if err != nil {
			panic(err)
		}
		c := newCluster()
		steps[vector.Name] = run(vector, c, newActions(c, files))
	}
	if err := json.NewEncoder(os.Stdout).Encode(steps); err != nil {
		panic(err)
	}
}
